"""What comes down from the console: orders are checked, stored, and only then taken; carried out one after the other.

    listening  the connection: WebSocket, long poll where none goes through
    inbox      orders on disk: each once, whatever comes again
    working    carries them out in order
    three_way  what the console wants, what it wanted last, what is: pure
    desired    a desired state, its probation, local changes
    commands   restart, logs, erase, renew, resend

Must not change the box by itself: everything goes over the switchboard's API.
"""
