"""Prompts as admins make them: audio files and spoken texts, each upload a version of a name, published to branches.

Must not decide what a box makes of one: the box checks the sound and takes it whole or not at all.
"""
