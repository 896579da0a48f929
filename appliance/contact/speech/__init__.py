"""How messages become sound: engines, voices, recorded sentences, conversion, and the process that does it (studio).

Contact processes import nothing of this but `wire` and `sound`; they look into the cache and ask the studio for what
is not there.
"""
