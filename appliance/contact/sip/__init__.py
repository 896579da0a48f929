"""SIP as this process speaks it: legs, what an INVITE says, names in headers, calls that are refused."""
