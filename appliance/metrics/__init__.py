"""PURE: what the box measures. One table of definitions, the rules behind them, time ranges and groups.

The definitions (`catalogue`) drive computation, help and documentation. Each rule is written twice: here in Python over
contact records and agent states, and in `appliance.store.measures` in SQL over the store; tests hold one against the
other. Must not read clocks, files or the store.
"""
