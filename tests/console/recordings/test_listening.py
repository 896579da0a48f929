"""Listening on the console: whoever has the right hears what was recorded, everybody else learns nothing."""

from __future__ import annotations

import asyncio
import hashlib
import math
from array import array
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pyrage
import pytest
from kit.announced import BOX, BRANCH, Announcer
from kit.console import add_branch, client_of, console
from kit.people import add_person, browser_of, token_of

from appliance.console.apps import people_app
from appliance.console.audit.log import Wanted, entries
from appliance.console.context import Console
from appliance.console.people.roles import Branches
from appliance.console.recordings.keys import FOLDER, IDENTITIES, recording_keys
from appliance.console.recordings.wave import wave_form
from appliance.console.storing.opening import open_storage
from appliance.console.tokens.scopes import Scope
from appliance.records.flac_program import encode_flac

RATE_HZ = 8000


def talk(folder: Path, seconds: float = 2.0) -> bytes:
    """A FLAC file: the customer (left) at half of full scale in the first half, the agent quietly all the time."""
    frames = array("h")
    count = int(RATE_HZ * seconds)
    for number in range(count):
        tone = math.sin(2 * math.pi * 440 * number / RATE_HZ)
        frames.append(round(16384 * tone) if number < count // 2 else 0)
        frames.append(round(3277 * tone))
    encode_flac([frames], folder / "talk.flac", rate_hz=RATE_HZ)
    return (folder / "talk.flac").read_bytes()


class Here:
    """Two branches; one recording at the first, sealed and stored; people with and without the right."""

    def __init__(self, one: Console, client: httpx.AsyncClient) -> None:
        self.console = one
        self.client = client

    async def store(self, audio: bytes, **changes: Any) -> str:
        keys = recording_keys(self.console.settings.data_dir)
        sealed = pyrage.encrypt(audio, [pyrage.x25519.Recipient.from_str(key) for key in keys.recipients])
        announcer = Announcer()
        row = {"plain_sha256": hashlib.sha256(audio).hexdigest(), "state": "stored", "location": "recordings/one"}
        recording = await announcer.announce(self.console, sealed, **{**row, **changes})
        await open_storage(self.console.settings).put("recordings/one", sealed)
        return recording

    async def get(self, recording: str, person: str, what: str = "audio", **headers: str) -> httpx.Response:
        signed_in = await browser_of(self.console, person)
        path = f"/api/v1/recordings/{recording}/{what}"
        return await self.client.get(path, headers={"Accept": "*/*", **signed_in, **headers})

    async def audited(self, deed: str) -> list[tuple[str, str, str]]:
        async with self.console.database.reading() as session:
            found = await entries(session, Wanted(branches=Branches(every=True), deed=deed))
        return [(entry.who, entry.about, entry.branch) for entry in found]


@asynccontextmanager
async def here(url: str, folder: Path) -> AsyncIterator[Here]:
    async with console(url, folder) as one:
        await add_branch(one, BRANCH, box=BOX)
        await add_branch(one, "busan")
        for person, grant in (("kim", "supervisor@seoul"), ("lee", "auditor@seoul"), ("park", "admin@busan")):
            await add_person(one, person, grant)
        async with client_of(people_app(one)) as client:
            yield Here(one, client)


def run(url: str, folder: Path, scenario: Callable[[Here], Awaitable[None]]) -> None:
    async def inside() -> None:
        async with here(url, folder) as place:
            await scenario(place)

    asyncio.run(inside())


def test_recording_when_a_supervisor_listens_then_it_is_the_audio_and_audited_once(
    database_url: str, tmp_path: Path
) -> None:
    async def scenario(place: Here) -> None:
        audio = talk(tmp_path)
        recording = await place.store(audio)
        answer = await place.get(recording, "kim")
        assert (answer.status_code, answer.content) == (200, audio)
        assert answer.headers["content-type"] == "audio/flac"
        assert answer.headers["cache-control"] == "no-store"
        await place.get(recording, "kim", Range="bytes=100-199")
        assert await place.audited("listened") == [("person:kim", f"recording:{recording}", BRANCH)]
        await place.get(recording, "kim", "audio?download=true")
        assert await place.audited("downloaded") == [("person:kim", f"recording:{recording}", BRANCH)]

    run(database_url, tmp_path, scenario)


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-0", 0, 1), ("bytes=10-19", 10, 20), ("bytes=100-", 100, None), ("bytes=-5", -5, None)],
)
def test_range_when_asked_for_then_just_those_bytes(
    asked: str, start: int, end: int | None, sqlite_url: str, tmp_path: Path
) -> None:
    async def scenario(place: Here) -> None:
        audio = talk(tmp_path)
        recording = await place.store(audio)
        answer = await place.get(recording, "kim", Range=asked)
        assert (answer.status_code, answer.content) == (206, audio[start:end])
        assert answer.headers["content-range"].endswith(f"/{len(audio)}")
        assert len(await place.audited("listened")) == 1  # who leaves out the beginning is written down all the same

    run(sqlite_url, tmp_path, scenario)


def test_range_when_there_are_no_such_bytes_then_416_and_nonsense_gives_all(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(place: Here) -> None:
        audio = talk(tmp_path)
        recording = await place.store(audio)
        assert (await place.get(recording, "kim", Range=f"bytes={len(audio)}-")).status_code == 416
        for nonsense in ("bytes=-", "bytes=1-2,5-6", "lines=1-2", "bytes=a-b"):
            assert (await place.get(recording, "kim", Range=nonsense)).content == audio

    run(sqlite_url, tmp_path, scenario)


def test_recording_when_somebody_has_no_right_then_nothing_and_it_is_audited(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(place: Here) -> None:
        recording = await place.store(talk(tmp_path))
        for what in ("audio", "wave"):
            assert (await place.get(recording, "lee", what)).status_code == 403  # reads, but doesn't listen
            assert (await place.get(recording, "park", what)).status_code == 404  # another branch's admin
        assert (await place.client.get(f"/api/v1/recordings/{recording}/audio")).status_code == 401
        token = await token_of(place.console, "kim", Scope.READ)
        refused = await place.client.get(
            f"/api/v1/recordings/{recording}/audio", headers={"Authorization": f"Bearer {token}"}
        )
        assert refused.status_code == 403
        assert await place.audited("listened") == []
        assert len(await place.audited("refused")) == 5

    run(sqlite_url, tmp_path, scenario)


def test_recording_when_not_here_erased_or_unknown_then_each_says_so(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(place: Here) -> None:
        audio = talk(tmp_path)
        waiting = await place.store(audio, state="announced")
        erased = await place.store(audio, state="erased")
        assert (await place.get(waiting, "kim")).status_code == 409
        assert (await place.get(erased, "kim")).status_code == 410
        for unknown in ("0", "..%2f..%2fetc%2fpasswd", "'%20OR%201=1", "x" * 500):
            assert (await place.get(unknown, "kim")).status_code == 404

    run(sqlite_url, tmp_path, scenario)


def test_recording_when_its_file_was_changed_then_it_is_not_given_out(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(place: Here) -> None:
        audio = talk(tmp_path)
        recording = await place.store(audio)
        file = tmp_path / "recordings" / "recordings" / "one"
        good = file.read_bytes()
        file.write_bytes(good[:-3] + bytes([good[-3] ^ 1]) + good[-2:])
        damaged = await place.get(recording, "kim")
        assert (damaged.status_code, damaged.json()["kind"]) == (500, "broken")
        other = await place.store(audio, plain_sha256="0" * 64)
        file.write_bytes(good)
        assert (await place.get(other, "kim")).json()["kind"] == "broken"
        assert await place.audited("listened") == []

    run(sqlite_url, tmp_path, scenario)


def test_recording_when_the_key_is_kept_elsewhere_then_it_is_handed_in_with_the_request(
    sqlite_url: str, tmp_path: Path
) -> None:
    async def scenario(place: Here) -> None:
        audio = talk(tmp_path)
        recording = await place.store(audio)
        file = tmp_path / FOLDER / IDENTITIES
        key = file.read_text()
        file.unlink()
        assert (await place.get(recording, "kim")).json()["kind"] == "no_key"
        signed_in = await browser_of(place.console, "kim")

        async def hand_in(text: str) -> httpx.Response:
            path = f"/api/v1/recordings/{recording}/audio"
            return await place.client.post(path, files={"key": ("key.txt", text)}, headers=signed_in)

        assert (await hand_in(key)).content == audio
        assert (await hand_in("nonsense")).json()["kind"] == "no_key"
        other = str(pyrage.x25519.Identity.generate())
        assert (await hand_in(other)).json()["kind"] == "no_key"  # though it was opened a moment ago
        assert not list((tmp_path / FOLDER).glob("*identit*"))
        assert len(await place.audited("listened")) == 1

    run(sqlite_url, tmp_path, scenario)


def test_wave_when_asked_for_then_how_loud_each_side_was_and_when(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(place: Here) -> None:
        recording = await place.store(talk(tmp_path))
        found = (await place.get(recording, "kim", "wave")).json()
        assert found["duration_s"] == 2.0
        customer, agent = found["customer"], found["agent"]
        assert len(customer) == len(agent) == 400
        assert {round(peak / 5) for peak in customer[:199]} == {10}
        assert set(customer[201:]) == {0}
        assert {round(peak / 5) for peak in agent} == {2}
        file = tmp_path / "recordings" / "recordings" / "one"
        file.unlink()
        assert (await place.get(recording, "kim", "wave")).json() == found  # kept

    run(sqlite_url, tmp_path, scenario)


def test_wave_when_the_recording_is_very_short_then_fewer_points(tmp_path: Path) -> None:
    frames = array("h", [100, -200] * 7)
    encode_flac([frames], tmp_path / "short.flac", rate_hz=RATE_HZ)
    found = wave_form((tmp_path / "short.flac").read_bytes())
    assert len(found.customer) == len(found.agent) == 7
    assert (max(found.customer), max(found.agent)) == (0, 1)
