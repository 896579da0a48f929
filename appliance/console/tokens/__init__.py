"""API tokens: how programs read the console, each with scopes and an end."""
