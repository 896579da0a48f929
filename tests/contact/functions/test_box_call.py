"""Box functions on the wire: what is asked of the switchboard, and what its answers mean to the flow."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from appliance.contact.functions.asked import Asked
from appliance.contact.functions.box_call import BoxCaller
from appliance.contact.functions.faults import FunctionError
from appliance.contact.functions.registry import Registry, box_entries
from appliance.flow.facts import ContactFacts
from appliance.flow.lambda_event import lambda_event

EVENT = lambda_event(ContactFacts(language="ko-KR", contact_id="forged"), {"argument": "101", "contact": "forged"})
ASKED = Asked(event=EVENT, body=b"", key="k", left_s=3, contact="c-1")


def ask(path: Path, answer: bytes) -> tuple[Any, dict[str, Any]]:
    """What a caller makes of `answer`, and the request it sent."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readline())
        writer.write(answer)
        writer.close()

    async def scene() -> Any:
        server = await asyncio.start_unix_server(serve, str(path))
        async with server:
            try:
                return json.loads(await BoxCaller("phone.whoami", str(path)).call(ASKED))
            except FunctionError as error:
                return error

    return asyncio.run(asyncio.wait_for(scene(), 20)), json.loads(heard[0])


def test_function_when_called_then_the_contact_is_the_process_s_and_no_parameter(tmp_path: Path) -> None:
    found, sent = ask(tmp_path / "s", b'{"ok": true, "result": {"sentence": "Yes."}}\n')
    assert found == {"sentence": "Yes."}
    assert sent["op"] == "feature.phone.whoami"
    parameters = {"argument": "101", "contact": "forged"}
    assert sent["args"] == {"contact": "c-1", "language": "ko-KR", "parameters": parameters}


def test_function_when_refused_then_the_flow_has_the_sentence(tmp_path: Path) -> None:
    line = b'{"ok": false, "error": {"kind": "refused", "message": "no", "sentence": "No."}}\n'
    error, _ = ask(tmp_path / "s", line)
    assert (error.refused, error.again, error.told) == (True, False, {"error": "refused", "sentence": "No."})


@pytest.mark.parametrize(
    ("answer", "again"),
    [
        (b'{"ok": false, "error": {"kind": "unavailable", "message": "wait"}}\n', True),
        (b'{"ok": false, "error": {"kind": "internal", "message": "broken"}}\n', False),
        (b"nonsense\n", False),
        (b"", False),
    ],
)
def test_function_when_it_fails_then_is_asked_again_only_where_that_may_help(
    tmp_path: Path, answer: bytes, again: bool
) -> None:
    error, _ = ask(tmp_path / "s", answer)
    assert (error.again, error.told) == (again, None)


def test_function_when_the_switchboard_is_away_then_may_be_asked_again(tmp_path: Path) -> None:
    with pytest.raises(FunctionError) as caught:
        asyncio.run(BoxCaller("phone.whoami", str(tmp_path / "none")).call(ASKED))
    assert caught.value.again


def test_registry_when_made_with_a_socket_then_has_the_box_functions(tmp_path: Path) -> None:
    (tmp_path / "f.json").write_bytes(b"[]")
    registry = Registry(tmp_path / "f.json", box=box_entries("/s"))
    assert registry.find("linekeeper:phone.whoami") is not None
    assert registry.find("linekeeper:nothing") is None
    assert box_entries("") == {}
