"""The front panel's service: shows by its lamps how the box is, and does what its button asks. Must not make calls."""
