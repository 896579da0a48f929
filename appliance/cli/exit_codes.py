"""What `linekeeper` tells the program that called it. Part of the interface: never renumber."""

from __future__ import annotations

import enum


class ExitCode(enum.IntEnum):
    OK = 0
    FAILURE = 1  # it could not be done, or a verification failed
    USAGE = 2  # the command line is wrong (click's own code)
    NOT_RUNNING = 3  # needs a running box, and none answers
    REFUSED = 4  # the switchboard refused: unknown name, duplicate, value out of range


DESCRIPTION = (
    "Exit codes: 0 done; 1 it failed, or what was checked is not right; 2 wrong usage; "
    "3 the box is not running; 4 refused (unknown name, duplicate, bad value)."
)
