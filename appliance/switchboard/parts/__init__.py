"""The switchboard's parts, built by area; each area is built on those before it and passed what it needs.

Building only: nothing is started here. What starts and stops, and in which order, is in `appliance.switchboard.daemon`.
"""
