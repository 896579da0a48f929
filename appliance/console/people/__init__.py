"""People of the console: who they are, how they prove it, what they may do and where.

roles · passwords · totp · session_tokens · throttle      rules over values
"""
