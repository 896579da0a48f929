"""Answers one question: up to three tries within the time limit, then the last good answer, else the reason why not.

Knows neither sockets nor kinds of functions. `answer` never takes longer than the time limit.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from appliance.contact.functions.answers import checked, read_answer
from appliance.contact.functions.asked import Asked
from appliance.contact.functions.cache import AnswerCache, question
from appliance.contact.functions.faults import FunctionError
from appliance.contact.functions.messages import Answered, Invoke
from appliance.contact.functions.outages import Outages
from appliance.contact.functions.registry import Entry, Registry
from appliance.ids import ContactId
from appliance.logs import fields

RESERVE_S = 0.15  # of the flow's time limit: for the last good answer and the way back
FIRST_PAUSE_S = 0.1  # before the second try; doubled before the third
DOWN = "it was out of reach a moment ago"
_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class _Question:
    """One question on its way. key: what its answer is kept under, None: nothing; tries: made so far."""

    invoke: Invoke
    entry: Entry
    key: str | None
    began_s: float
    limit_s: float
    tries: int = 0

    @property
    def name(self) -> str:
        return self.entry.function.name


class Runner:
    """One for the service; many questions at a time."""

    def __init__(self, registry: Registry, cache: AnswerCache, now_s: Callable[[], float]) -> None:
        """`now_s`: the scale of `Invoke.deadline_s`."""
        self._registry = registry
        self._cache = cache
        self._now_s = now_s
        self._outages = Outages()
        self._probes: set[asyncio.Task[Answered]] = set()

    async def answer(self, invoke: Invoke) -> Answered:
        """The function's answer, the last good one, or why there is none."""
        entry = self._registry.find(invoke.function)
        if entry is None:
            return Answered(id=invoke.id, reason=f"there is no function {invoke.function}; add it under [[functions]]")
        asked = self._question(invoke, entry)
        if asked.key is not None and self._outages.is_down(asked.name, asked.began_s):
            kept = await self._kept(asked, DOWN)
            if kept.result is not None:
                self._probe(asked)
                return kept
        return await self._ask(asked)

    async def close(self) -> None:
        """Give up what runs in the background."""
        for probe in tuple(self._probes):
            probe.cancel()
        await asyncio.gather(*self._probes, return_exceptions=True)

    def _question(self, invoke: Invoke, entry: Entry) -> _Question:
        """Nobody waits for an asynchronous one: it has the function's own limit, and no answer to keep."""
        now_s, limit_s = self._now_s(), entry.function.time_limit_s
        if invoke.asynchronous:
            return _Question(invoke=invoke, entry=entry, key=None, began_s=now_s, limit_s=limit_s)
        limit_s = max(0.0, min(limit_s, invoke.deadline_s - RESERVE_S - now_s))
        key = question(entry.function, invoke.event)
        return _Question(invoke=invoke, entry=entry, key=key, began_s=now_s, limit_s=limit_s)

    async def _ask(self, asked: _Question) -> Answered:
        try:
            result = await self._within_limit(asked)
        except FunctionError as error:
            if error.again:
                self._outages.failed(asked.name, self._now_s())
            if error.refused:
                return self._failed(asked, str(error), told=error.told)
            return await self._kept(asked, str(error))
        self._outages.worked(asked.name)
        if asked.key is not None:
            await self._cache.put(asked.key, asked.entry.function, result)
        return self._answered(asked, result=result)

    async def _within_limit(self, asked: _Question) -> dict[str, Any]:
        """The function's answer. Raises FunctionError."""
        body, key = msgspec.json.encode(asked.invoke.event), uuid.uuid4().hex
        last = ""
        try:
            async with asyncio.timeout(asked.limit_s):
                while True:
                    try:
                        return await self._try(asked, body, key)
                    except FunctionError as error:
                        if not error.again or asked.tries >= asked.entry.function.tries:
                            raise
                        last = f"; before that: {error}"
                    await asyncio.sleep(FIRST_PAUSE_S * 2 ** (asked.tries - 1))
        except TimeoutError:
            raise FunctionError(f"no answer within {asked.limit_s:.1f} s{last}", again=True) from None

    async def _try(self, asked: _Question, body: bytes, key: str) -> dict[str, Any]:
        asked.tries += 1
        left_s = max(0.001, asked.began_s + asked.limit_s - self._now_s())
        question = Asked(event=asked.invoke.event, body=body, key=key, left_s=left_s, contact=asked.invoke.contact)
        raw = await asked.entry.caller.call(question)
        return {} if asked.invoke.asynchronous else read_answer(raw, asked.invoke.response_type)

    async def _kept(self, asked: _Question, reason: str) -> Answered:
        """The last good answer, where there is one of the wanted form and young enough."""
        if asked.key is None:
            return self._failed(asked, reason)
        kept = await self._cache.get(asked.key, asked.entry.function.cache_max_age_s)
        try:
            result = None if kept is None else checked(kept.answer, asked.invoke.response_type)
        except FunctionError:
            result = None
        if kept is None or result is None:
            return self._failed(asked, reason)
        _log.warning(
            "function %s: its last good answer stands in, %.0f s old: %s",
            asked.name,
            kept.age_s,
            reason,
            extra=fields(contact=ContactId(asked.invoke.contact)),
        )
        return self._answered(asked, result=result, reason=reason, age_s=kept.age_s)

    def _failed(self, asked: _Question, reason: str, told: Mapping[str, str] | None = None) -> Answered:
        answered = msgspec.structs.replace(self._answered(asked, reason=reason), told=dict(told) if told else None)
        _log.warning(
            "function %s failed after %d tries in %.2f s: %s",
            asked.name,
            answered.tries,
            answered.took_s,
            reason,
            extra=fields(contact=ContactId(asked.invoke.contact)),
        )
        return answered

    def _answered(
        self, asked: _Question, *, result: dict[str, Any] | None = None, reason: str = "", age_s: float | None = None
    ) -> Answered:
        took_s = self._now_s() - asked.began_s
        return Answered(id=asked.invoke.id, result=result, reason=reason, tries=asked.tries, took_s=took_s, age_s=age_s)

    def _probe(self, asked: _Question) -> None:
        """Ask in the background whether the function is back; its answer is kept."""
        if not self._outages.begin_probe(asked.name):
            return
        task = asyncio.create_task(self._ask(asked))
        self._probes.add(task)

        def done(ended: asyncio.Task[Answered]) -> None:
            self._probes.discard(ended)
            self._outages.end_probe(asked.name)

        task.add_done_callback(done)
