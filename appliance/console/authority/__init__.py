"""Who is a box of ours: the console's authority, one-time codes, certificates, revocation, clones.

Must not know what a present box may do; that is said where the routes are.
"""
