"""The cloud side: what every branch sent, for people in a browser and programs with a token.

Two ASGI applications in one stateless process: one for boxes (mutual TLS), one for people. State lies in the database
and in the recordings' storage only.
"""
