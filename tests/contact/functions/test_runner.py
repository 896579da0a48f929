"""Tries, time limits and last good answers, with functions that behave as the test says."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from appliance import clock
from appliance.contact.functions.asked import Asked
from appliance.contact.functions.cache import AnswerCache
from appliance.contact.functions.definitions import AnyFunction, CommandFunction, encode_definitions
from appliance.contact.functions.faults import FunctionError
from appliance.contact.functions.messages import Answered, Invoke
from appliance.contact.functions.registry import Registry
from appliance.contact.functions.runner import RESERVE_S, Runner

PIN, CALLER = "PIN-4711", "+12025550123"
BUSY, BROKEN, NO = FunctionError("busy", again=True), FunctionError("broken"), FunctionError("no", refused=True)
GOOD = b'{"tier": "gold", "points": 3}'
Step = bytes | FunctionError | Callable[[], Awaitable[bytes]]


async def hang() -> bytes:
    await asyncio.sleep(60)
    return GOOD


class Scripted:
    """A function that does one step a call, and the last for ever."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.calls: list[Asked] = []
        self.closed = False

    async def call(self, asked: Asked) -> bytes:
        self.calls.append(asked)
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if isinstance(step, FunctionError):
            raise step
        return step if isinstance(step, bytes) else await step()

    async def close(self) -> None:
        self.closed = True


def function(**settings: Any) -> CommandFunction:
    return CommandFunction(name="f", argv=("/x",), **settings)


def question(*, limit_s: float = 5.0, **settings: Any) -> Invoke:
    contact = {"CustomerEndpoint": {"Address": CALLER, "Type": "TELEPHONE_NUMBER"}}
    event = {"Name": "ContactFlowEvent", "Details": {"ContactData": contact, "Parameters": {"pin": PIN}}}
    deadline_s = clock.monotonic_s() + limit_s
    return Invoke(id=7, wake=1, contact="c-1", function="f", deadline_s=deadline_s, event=event, **settings)


def play(folder: Path, scripted: Scripted, scene: Callable[[Runner], Awaitable[Any]], **settings: Any) -> Any:
    """`scene` with a runner of one function; the cache in `folder` stays."""
    (folder / "functions.json").write_bytes(encode_definitions([function(**settings)]))

    def make(_: AnyFunction) -> Scripted:
        return scripted

    async def run() -> Any:
        registry, cache = Registry(folder / "functions.json", make), AnswerCache(folder / "f.db", clock.now)
        runner = Runner(registry, cache, clock.monotonic_s)
        try:
            return await asyncio.wait_for(scene(runner), 30)
        finally:
            await runner.close()
            await registry.close()
            cache.close()

    return asyncio.run(run())


def answer(
    folder: Path, scripted: Scripted, *, limit_s: float = 5.0, invoke: dict[str, Any] | None = None, **settings: Any
) -> Answered:
    asked = question(limit_s=limit_s, **(invoke or {}))
    answered: Answered = play(folder, scripted, lambda runner: runner.answer(asked), **settings)
    return answered


def test_answer_when_the_function_works_then_flat_texts_at_the_first_try(tmp_path: Path) -> None:
    answered = answer(tmp_path, Scripted(GOOD))
    assert answered.result == {"tier": "gold", "points": "3"}
    assert (answered.id, answered.tries, answered.age_s, answered.reason) == (7, 1, None, "")


def test_answer_when_json_was_asked_for_then_types_stay(tmp_path: Path) -> None:
    answered = answer(tmp_path, Scripted(b'{"a": [1, null]}'), invoke={"response_type": "JSON"})
    assert answered.result == {"a": [1, None]}


def test_answer_when_faults_pass_then_the_third_try_counts_with_the_same_key(tmp_path: Path) -> None:
    scripted = Scripted(BUSY, BUSY, GOOD)
    answered = answer(tmp_path, scripted)
    assert (answered.result, answered.tries) == ({"tier": "gold", "points": "3"}, 3)
    assert len({asked.key for asked in scripted.calls}) == 1
    assert msgspec.json.decode(scripted.calls[0].body) == scripted.calls[0].event
    assert [asked.left_s for asked in scripted.calls] == sorted((a.left_s for a in scripted.calls), reverse=True)


@pytest.mark.parametrize(
    ("step", "tries", "made"), [(BUSY, 3, 3), (BUSY, 1, 1), (BROKEN, 3, 1), (NO, 3, 1), (b"<html>", 3, 1)]
)
def test_answer_when_it_fails_then_so_many_tries_and_why(tmp_path: Path, step: Step, tries: int, made: int) -> None:
    scripted = Scripted(step)
    answered = answer(tmp_path, scripted, tries=tries)
    assert (answered.result, answered.tries, len(scripted.calls)) == (None, made, made)
    assert answered.reason == (str(step) if isinstance(step, FunctionError) else "the answer is no JSON")


@pytest.mark.parametrize(("flow_s", "own_s"), [(0.5, 8.0), (5.0, 0.3)])
def test_answer_when_the_function_hangs_then_the_shorter_limit_ends_it(
    tmp_path: Path, flow_s: float, own_s: float
) -> None:
    began = time.monotonic()
    answered = answer(tmp_path, Scripted(hang), limit_s=flow_s, time_limit_s=own_s)
    assert answered.result is None
    assert answered.reason == f"no answer within {min(flow_s - RESERVE_S, own_s):.1f} s"
    assert time.monotonic() - began < 20  # the function would have taken 60 s


def test_answer_when_the_limit_ends_later_tries_then_the_first_fault_is_told(tmp_path: Path) -> None:
    answered = answer(tmp_path, Scripted(BUSY, hang), limit_s=0.6)
    assert answered.tries == 2
    assert answered.reason.endswith("; before that: busy")


def test_answer_when_time_is_up_before_it_is_asked_then_failure(tmp_path: Path) -> None:
    assert answer(tmp_path, Scripted(hang), limit_s=-1.0).result is None


def test_answer_when_there_is_no_such_function_then_the_remedy(tmp_path: Path) -> None:
    unknown = msgspec.structs.replace(question(), function="crm")
    answered: Answered = play(tmp_path, Scripted(GOOD), lambda runner: runner.answer(unknown))
    assert answered.reason == "there is no function crm; add it under [[functions]]"


@pytest.mark.parametrize("step", [BUSY, BROKEN, hang, b"<html>"])
def test_last_good_answer_when_the_function_is_out_of_reach_then_it_stands_in(
    tmp_path: Path, step: Step, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert answer(tmp_path, Scripted(GOOD), cache_max_age_s=60.0).age_s is None
    answered = answer(tmp_path, Scripted(step), limit_s=1.0, cache_max_age_s=60.0)  # another service, the same disk
    assert answered.result == {"tier": "gold", "points": "3"}
    assert answered.age_s is not None and 0 <= answered.age_s < 60
    assert answered.reason
    assert "its last good answer stands in" in caplog.text
    assert PIN not in caplog.text
    assert "gold" not in caplog.text


def test_last_good_answer_when_the_function_itself_says_no_then_it_does_not_stand_in(tmp_path: Path) -> None:
    answer(tmp_path, Scripted(GOOD), cache_max_age_s=60.0)
    assert answer(tmp_path, Scripted(NO), cache_max_age_s=60.0).result is None


def test_last_good_answer_when_too_old_or_not_wanted_then_failure(tmp_path: Path) -> None:
    answer(tmp_path, Scripted(GOOD), cache_max_age_s=60.0)
    assert answer(tmp_path, Scripted(BUSY), cache_max_age_s=1e-9).result is None
    assert answer(tmp_path, Scripted(BUSY)).result is None


def test_last_good_answer_when_of_another_form_then_only_where_it_fits(tmp_path: Path) -> None:
    answer(tmp_path, Scripted(b'{"a": {"b": 1}}'), cache_max_age_s=60.0, invoke={"response_type": "JSON"})
    assert answer(tmp_path, Scripted(BUSY), cache_max_age_s=60.0).result is None
    again = answer(tmp_path, Scripted(BUSY), cache_max_age_s=60.0, invoke={"response_type": "JSON"})
    assert again.result == {"a": {"b": 1}}


def test_outage_when_an_answer_is_kept_then_nobody_waits_again_and_one_asks_in_the_background(tmp_path: Path) -> None:
    scripted = Scripted(GOOD, hang)
    back = asyncio.Event

    async def scene(runner: Runner) -> list[Answered]:
        returned = back()

        async def until_back() -> bytes:
            await returned.wait()
            return b'{"tier": "platinum"}'

        answers = [await runner.answer(question()), await runner.answer(question(limit_s=0.5))]
        scripted.steps = [until_back]
        answers += [await runner.answer(question()) for _ in range(5)]
        asked_while_down = len(scripted.calls)
        returned.set()
        while (fresh := await runner.answer(question())).age_s is not None:
            await asyncio.sleep(0.01)
        return [*answers, fresh, Answered(id=asked_while_down)]

    first, waited, *during, fresh, asked = play(tmp_path, scripted, scene, cache_max_age_s=60.0)
    assert first.age_s is None
    assert waited.reason.startswith("no answer within")
    assert [one.reason for one in during] == ["it was out of reach a moment ago"] * 5
    assert all(one.result == first.result and one.tries == 0 for one in during)
    assert asked.id == 3  # the good one, the one that hung, one probe
    assert fresh.result == {"tier": "platinum"}


def test_outage_when_nothing_is_kept_then_every_question_is_asked(tmp_path: Path) -> None:
    scripted = Scripted(BUSY)

    async def scene(runner: Runner) -> None:
        for _ in range(2):
            assert (await runner.answer(question())).result is None

    play(tmp_path, scripted, scene, tries=1, cache_max_age_s=60.0)
    assert len(scripted.calls) == 2


def test_asynchronous_when_answered_then_its_content_does_not_matter_and_nothing_is_kept(tmp_path: Path) -> None:
    asynchronous = {"asynchronous": True}
    assert answer(tmp_path, Scripted(b"accepted"), cache_max_age_s=60.0, invoke=asynchronous).result == {}
    assert answer(tmp_path, Scripted(BUSY), cache_max_age_s=60.0).result is None


def test_asynchronous_when_the_flow_has_gone_on_then_the_functions_own_limit_counts(tmp_path: Path) -> None:
    async def slow() -> bytes:
        await asyncio.sleep(0.4)
        return b""

    assert answer(tmp_path, Scripted(slow), limit_s=0.2, invoke={"asynchronous": True}).result == {}


def test_questions_when_one_hangs_then_others_do_not_wait(tmp_path: Path) -> None:
    async def scene(runner: Runner) -> bool:
        hanging = asyncio.create_task(runner.answer(question(limit_s=20)))
        while not scripted.calls:
            await asyncio.sleep(0)
        for _ in range(20):
            assert (await runner.answer(question())).result is not None
        hanging.cancel()
        return hanging.done()

    scripted = Scripted(hang, GOOD)
    assert play(tmp_path, scripted, scene) is False


def test_definition_when_published_anew_then_the_next_question_has_it_and_the_old_one_is_closed(tmp_path: Path) -> None:
    made: list[Scripted] = []

    def make(_: AnyFunction) -> Scripted:
        made.append(Scripted(GOOD))
        return made[-1]

    async def scene() -> None:
        path = tmp_path / "functions.json"
        registry = Registry(path, make)
        assert registry.find("f") is None  # no file yet
        for definitions in ([function()], [function(), CommandFunction(name="g", argv=("/x",))], [function(tries=1)]):
            (tmp_path / "new").write_bytes(encode_definitions(definitions))
            (tmp_path / "new").replace(path)
            assert registry.find("f") is not None
        assert len(made) == 3  # f, g, f again
        path.write_text("{")
        found = registry.find("f")
        assert found is not None and found.caller is made[2]
        await registry.close()
        assert all(one.closed for one in made)

    asyncio.run(scene())
