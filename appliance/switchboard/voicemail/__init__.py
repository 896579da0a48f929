"""Mailboxes and their messages: who has one, what is in it, and the lamp that says so.

changes   operations of the local API that need nothing but the store and the recordings folder
sound     a message as a file that can be played
listening who listens to a mailbox by phone, and to which message
greetings what was spoken into a phone becomes what callers hear
counts    how many messages wait for whom, as phones' lamps show it
"""
