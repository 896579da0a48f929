"""Where the bytes of recordings lie: a folder, or any S3-compatible store. Whoever uses it can't tell which.

storage   what a store can do, and which names it takes
folder    on a disk of the console, durable when it says so
objects   in an object store (obstore)
opening   which of them the settings mean
"""
