"""A contact as a vCon: parties, recordings and record in their places."""

from __future__ import annotations

import base64

import msgspec
import pytest
from records.conftest import Story

from appliance.events import AgentLeft, ContactDisconnected
from appliance.ids import AgentId
from appliance.records.contact_record import build_record
from appliance.records.vcon import Audio, vcon_of

AUDIO = Audio(recording="r1", started_s=1_795_000_000.0, duration_s=4.5, wav=b"RIFF\xff\xfe\xfd")


def record() -> dict[str, object]:
    story = Story().arrive().at(5).queue().at(9).offer().at(12).answer()
    story.at(60).say(
        AgentLeft(agent=AgentId("kim")), ContactDisconnected(reason=None, pre_disconnect_state="CONNECTED")
    )
    return build_record(story.events, box="b")


def test_vcon_when_made_then_parties_record_and_audio_are_there() -> None:
    made = vcon_of(record(), [AUDIO], created_s=1_795_000_100.0)
    assert [(one["role"], one.get("tel"), one.get("name")) for one in made["parties"]] == [
        ("customer", "+8225550100", "Han"),
        ("agent", None, "kim"),
    ]
    (dialog,) = made["dialog"]
    assert (dialog["parties"], dialog["originator"], dialog["duration"]) == ([0, 1], 0, 4.5)
    assert base64.urlsafe_b64decode(dialog["body"] + "=" * (-len(dialog["body"]) % 4)) == AUDIO.wav
    (attached,) = made["attachments"]
    assert msgspec.json.decode(attached["body"]) == record()


def test_vcon_when_made_twice_then_it_is_the_same_one() -> None:
    first, second = (vcon_of(record(), created_s=at_s) for at_s in (1_795_000_100.0, 1_795_999_999.0))
    assert first["uuid"] == second["uuid"]
    assert first["created_at"] != second["created_at"]


@pytest.mark.parametrize(("method", "originator"), [("INBOUND", 0), ("OUTBOUND", 1), ("CALLBACK", 1)])
def test_vcon_when_the_branch_called_then_the_agent_began_it(method: str, originator: int) -> None:
    made = vcon_of({**record(), "InitiationMethod": method}, [AUDIO], created_s=0.0)
    assert made["dialog"][0]["originator"] == originator


def test_vcon_when_the_customer_was_erased_then_there_is_no_number_and_no_name() -> None:
    erased = {**record(), "CustomerEndpoint": {"Address": "", "Type": "TELEPHONE_NUMBER"}, "Linekeeper": {}}
    assert vcon_of(erased, created_s=0.0)["parties"][0] == {"role": "customer"}
