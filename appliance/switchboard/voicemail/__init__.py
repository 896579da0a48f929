"""Mailboxes and their messages: who has one, what is in it, and the lamp that says so.

changes   operations of the local API that need nothing but the store and the recordings folder
counts    how many messages wait for whom, as phones' lamps show it
"""
