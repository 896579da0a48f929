"""An analog line, whatever drives it: what callers' ids mean, its states, its tones by country."""
