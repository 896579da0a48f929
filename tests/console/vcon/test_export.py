"""vCons from the console: valid by the `vcon` package, with audio only for who may listen, audited."""

from __future__ import annotations

import base64
import io
import wave
from pathlib import Path
from typing import Any

import msgspec
import pytest
from console.recordings.test_listening import Here, run, talk
from kit.announced import BRANCH
from kit.boxes import contact_record
from kit.people import browser_of

from appliance.console.database.tables import Contact
from appliance.console.vcon.checking import VconError, checked


async def add_contact(place: Here, contact: str) -> None:
    record = contact_record(ContactId=contact)
    async with place.console.database.writing() as session:
        session.add(
            Contact(
                branch=BRANCH,
                contact=contact,
                box="box-1",
                seq=1,
                versions=1,
                last_update="",
                initiated_s=1.0,
                counted_s=1.0,
                method="INBOUND",
                reason="",
                customer="+82212345678",
                digits="",
                queue="sales",
                agent="kim",
                flow="",
                recorded=True,
                record=msgspec.json.encode(record).decode(),
            )
        )


async def export(place: Here, person: str, query: str = "", contact: str = "c1") -> Any:
    signed_in = await browser_of(place.console, person)
    return await place.client.get(f"/api/v1/contacts/{contact}/vcon{query}", headers=signed_in)


def test_vcon_when_exported_with_audio_then_every_program_can_play_it(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(place: Here) -> None:
        await place.store(talk(tmp_path), contact="c1")
        await add_contact(place, "c1")
        answer = await export(place, "kim", "?audio=true")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/vcon+json")
        made = answer.json()
        assert made["parties"][0]["tel"] == "+82212345678"
        (dialog,) = made["dialog"]
        body = dialog["body"]
        with wave.open(io.BytesIO(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))) as file:
            assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (2, 8000, 16000)
        assert await place.audited("exported") == [("person:kim", "contact:c1", BRANCH)]

    run(sqlite_url, tmp_path, scenario)


def test_vcon_when_without_the_right_then_no_audio_or_nothing(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(place: Here) -> None:
        await place.store(talk(tmp_path), contact="c1")
        await add_contact(place, "c1")
        assert (await export(place, "lee", "?audio=true")).status_code == 403
        plain = await export(place, "lee")
        assert (plain.status_code, plain.json()["dialog"]) == (200, [])
        assert (await export(place, "park")).status_code == 404
        assert (await export(place, "kim", contact="%00")).status_code == 404

    run(sqlite_url, tmp_path, scenario)


def test_vcon_when_it_is_none_then_the_package_says_what_is_wrong() -> None:
    with pytest.raises(VconError, match="references invalid party"):
        checked(
            {
                "uuid": "u", "vcon": "0.0.1", "created_at": "2026-11-22T00:00:00Z", "parties": [],
                "dialog": [{"type": "recording", "start": "2026-11-22T00:00:00Z", "parties": [3],
                            "mimetype": "audio/x-wav"}],
            }
        )  # fmt: skip
