"""Recordings as people of the organisation get at them: opened for who has the right, and every listening audited.

keys         to which keys boxes seal, and which of them the console may open with
opening      a sealed recording's audio, in memory only
wave         how loud it is over its length
finding      which recording somebody means, and may hear
"""
