"""How long the console keeps what branches told it: by days and branch, for ever unless an admin has said otherwise.

Must not touch a box (its own limits are its configuration's) nor what a legal hold keeps.
"""
