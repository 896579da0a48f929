"""Linekeeper: the software of a box that keeps a small branch office on the telephone.

A call enters at `edge` (Kamailio), is answered and run by `contact` (one process per contact, stepping a
`flow`), is routed by `switchboard` (which asks `acd`), and is written down by `store` and `records`.
"""
