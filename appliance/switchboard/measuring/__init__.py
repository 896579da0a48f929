"""What the box tells of itself in numbers: reports over the store, the instant, the last minute, Prometheus.

The rules are in `appliance.metrics`; here they meet the store, the ACD and the sockets. Nothing here may hold up a
contact: reports read the store beside its writer, in a thread of their own.
"""
