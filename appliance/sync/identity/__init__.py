"""Who this box is to the console: its key, its certificate, what it believes of the console.

The private key is made on the box and never leaves it. Must not send anything by itself but to enrol and to renew.
"""
