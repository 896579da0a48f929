"""Uploads of sealed recordings by tus 1.0: parts in the store of recordings, how far in the database.

    box_routes ─► uploads ─► parts in the store ─► verifying ─► the recording's file, verified

uploads     creates, continues and ends uploads; knows nothing of HTTP
rows        what of it is in the database
verifying   joins the parts and checks what the store then holds
background  throws away what nobody goes on with
"""
