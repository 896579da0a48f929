"""What is kept, for how long, and what goes first.

changes      operations of the local API: sealed, delivered, erased, held
erasing      takes a customer out of the box: recordings, messages, numbers, names
budget       how much room there is and what has to stop; pure
housekeeper  looks from time to time, deletes what may go, warns, stops recording
"""
