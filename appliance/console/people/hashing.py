"""Passwords are hashed and compared off the event loop, two at a time: each takes 64 MiB, and a flood of log-ins must
not take the machine.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from appliance.console.context import Console
from appliance.console.database.tables import Person
from appliance.console.people import passwords
from appliance.console.people.errors import PersonError

_HASHERS: Final = ThreadPoolExecutor(2, thread_name_prefix="argon2")
_Result = TypeVar("_Result")


async def hashed(password: str) -> str:
    """See `passwords.hashed`."""
    return await _elsewhere(functools.partial(passwords.hashed, password))


async def matches(password: str, kept: str) -> bool:
    """See `passwords.matches`."""
    return await _elsewhere(functools.partial(passwords.matches, password, kept))


async def hashed_alike(texts: Sequence[str]) -> list[str]:
    """See `passwords.hashed_alike`."""
    return await _elsewhere(functools.partial(passwords.hashed_alike, texts))


async def hashed_like(text: str, kept: str) -> str:
    """See `passwords.hashed_like`."""
    return await _elsewhere(functools.partial(passwords.hashed_like, text, kept))


async def chosen(console: Console, person: str, *, password: str, again: str) -> str:
    """The hash of a password that this person chose, typed twice. Raises PersonError."""
    if password != again:
        raise PersonError("the two passwords differ; type the same twice", kind="passwords_differ")
    passwords.checked(password, name=person)
    async with console.database.reading() as session:
        old = (await session.get_one(Person, person)).password
    if await matches(password, old):
        raise PersonError("this is the password that you have; choose another", kind="password_same")
    return await hashed(password)


async def _elsewhere(work: Callable[[], _Result]) -> _Result:
    return await asyncio.get_running_loop().run_in_executor(_HASHERS, work)
