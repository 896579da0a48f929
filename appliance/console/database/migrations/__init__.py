"""How the tables came to be, step by step: `versions/0001_….py` and on, each once, none changed after its release."""
