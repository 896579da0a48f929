"""Functions of kind `command`: run a program with the event on its standard input; its standard output is the answer.

No shell, no event data in its arguments, an environment of its own, a process group of its own that is killed whole
when the program has ended, has written too much, or is too late. Its standard error goes nowhere: it may hold a
caller's data.
"""

from __future__ import annotations

import asyncio
import logging
import shutil

from appliance.contact.functions.answers import MOST_RAW_BYTES, too_large
from appliance.contact.functions.asked import Asked
from appliance.contact.functions.definitions import CommandFunction
from appliance.contact.functions.faults import FunctionError
from appliance.contact.functions.leftovers import MARK
from appliance.contact.functions.program import OutputTooLargeError, Program

MOST_AT_ONCE = 8
REAP_S = 1.0
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
_log = logging.getLogger(__name__)


class CommandCaller:
    """One program."""

    def __init__(self, function: CommandFunction, mark: str = "") -> None:
        """`mark`: what its processes carry, so that `leftovers` can find them."""
        self._function = function
        self._environment = ENVIRONMENT | function.environment | ({MARK: mark} if mark else {})
        self._places = asyncio.Semaphore(MOST_AT_ONCE)
        setpriv = shutil.which("setpriv", path=ENVIRONMENT["PATH"])
        self._prefix = (setpriv, "--pdeathsig", "KILL", "--") if setpriv else ()  # it dies with the service

    async def call(self, asked: Asked) -> bytes:
        """What the program wrote before it ended with exit status 0. Raises FunctionError."""
        if shutil.which(self._function.argv[0], path=ENVIRONMENT["PATH"]) is None:
            raise FunctionError("the program can't be found or may not be run")
        async with self._places:
            output, status = await self._run(asked.body)
        if status < 0:
            raise FunctionError(f"the program was ended by signal {-status}", again=True)
        if status > 0:
            raise FunctionError(f"the program ended with exit status {status}", again=True)
        return output

    async def close(self) -> None:
        """Nothing is kept between calls."""

    async def _run(self, body: bytes) -> tuple[bytes, int]:
        try:
            program = Program((*self._prefix, *self._function.argv), self._environment, body)
        except OSError as error:
            raise FunctionError(f"the program can't be started ({error.strerror})", again=True) from error
        try:
            return await program.output(MOST_RAW_BYTES)
        except OutputTooLargeError:
            raise too_large() from None
        finally:
            if not await program.end(REAP_S):
                _log.error("process %d of function %s can't be killed", program.pid, self._function.name)
