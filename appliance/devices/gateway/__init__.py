"""Analog lines behind a gateway box (an HT813's FXO port and its like): trunks by SIP, watched as any line is."""
