"""The front panel: lamps, bell and buttons. What they show and mean is pure; the pins are another module's."""
