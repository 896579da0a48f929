"""Box functions: who may call them, and what is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from switchboard.harness import Harness, play

from appliance.errors import RequestError


async def refusal(box: Harness, op: str, **args: Any) -> RequestError:
    with pytest.raises(RequestError) as caught:
        await box.call(op, **args)
    return caught.value


def test_function_when_called_inside_then_knows_the_phone_by_the_contact_alone(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("ann")
        process = await box.process(0)
        contact = process.begin(source="extension:101")
        await process.settled()
        lies = {"extension": "102", "agent": "bob", "contact": "other"}
        found = await box.call("feature.phone.whoami", contact=contact, parameters=lies)
        expected = "This is extension 101. ann is logged in here."
        assert found == {"extension": "101", "agent": "ann", "sentence": expected}
        korean = await box.call("feature.phone.whoami", contact=contact, language="ko-KR")
        assert "내선 101번" in korean["sentence"]

    play(tmp_path, scene)


def test_function_when_a_stranger_calls_then_is_refused_with_a_sentence(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0)
        contact = process.begin(source="trunk:acme")
        await process.settled()
        error = await refusal(box, "feature.phone.whoami", contact=contact, language="ko")
        assert (error.kind, error.sentence) == ("refused", "내부 전화에서만 사용할 수 있습니다.")
        assert str(error) == "That is only possible from a phone inside."

    play(tmp_path, scene)


def test_function_when_unknown_or_for_no_contact_then_says_so(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        for op in ("feature.agent.remove", "feature.status"):
            assert (await refusal(box, op, contact="c")).kind == "unknown"
        assert (await refusal(box, "feature.phone.whoami", contact="c")).kind == "unavailable"
        assert (await refusal(box, "feature.phone.whoami", contact=7)).kind == "invalid"

    play(tmp_path, scene)
