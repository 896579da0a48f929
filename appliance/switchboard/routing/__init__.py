"""The ACD at work: its commands carried out, and what it is told beside events."""
