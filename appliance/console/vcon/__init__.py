"""Contacts as vCons (IETF), for other programs: with the audio for who may listen, checked by the `vcon` package."""
