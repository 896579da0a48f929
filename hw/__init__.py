"""Drivers for headsets, analog lines and the front panel; imports nothing from `appliance`."""
