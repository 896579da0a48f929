"""Devices as SIP endpoints: each device is a process of its own that joins a driver of `hw` with a small user agent.

The rest of the product reaches a headset or a line as it reaches any phone or trunk. Rooms: `agent` (the user agent
that all share), one room a kind of device. Must not import the switchboard or the contact process.
"""
