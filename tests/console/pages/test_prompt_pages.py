"""The pages of the prompts: what an admin uploads or has spoken is a version of a name, and reaches boxes signed."""

from __future__ import annotations

import asyncio
import hashlib
import io
import subprocess
import wave
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from kit.audio import write_tone
from kit.console import console
from kit.desk import Desk, at_desk, played
from sqlalchemy import select

from appliance.cloud.orders import DesiredState, Item
from appliance.cloud.signing import decode_signed, key_id, opened
from appliance.console.audit.log import Wanted, entries
from appliance.console.authority.keys import authority_folder, console_keys
from appliance.console.database.tables import BoxOrder, PromptVersion
from appliance.console.people.roles import Branches
from appliance.console.prompts import keeping
from appliance.console.prompts.keeping import Origin
from appliance.console.prompts.making import Sound


class Studio(Desk):
    """root operates every branch, min seoul only, lee (supervisor at seoul) none."""

    async def wanted(self, box: str) -> list[list[Item]]:
        """Of each order, as the box would read it."""
        key = console_keys(authority_folder(self.console.settings.data_dir)).signing.public_key()
        async with self.console.database.reading() as session:
            query = select(BoxOrder.document).where(BoxOrder.box == box).order_by(BoxOrder.number)
            documents = list(await session.scalars(query))
        orders = [opened(decode_signed(one.encode()), keys={key_id(key): key}, box=box) for one in documents]
        return [list(one.items) for one in orders if isinstance(one, DesiredState)]

    async def deeds(self) -> list[str]:
        async with self.console.database.reading() as session:
            found = await entries(session, Wanted(branches=Branches(every=True)))
        return [f"{one.who} {one.deed} {one.about} {one.branch} {one.detail}" for one in reversed(found)]

    async def upload(self, content: bytes, file: str, name: str = "", who: str = "root") -> int:
        """The answer's status."""
        return (await self.post("/prompts/file", who, files={"file": (file, content)}, name=name)).status_code


Live = Callable[[Callable[[Studio], Awaitable[None]]], None]


BRANCHES = {"seoul": "s1", "busan": "p1", "empty": ""}
PEOPLE = {"root": "admin@*", "min": "admin@seoul", "lee": "supervisor@seoul"}


@pytest.fixture
def live(database_url: str, tmp_path: Path) -> Live:
    return lambda scene: played(lambda: at_desk(Studio, database_url, tmp_path, BRANCHES, PEOPLE), scene)


@pytest.fixture
def quick(sqlite_url: str, tmp_path: Path) -> Live:
    """Where the kind of database is nothing to the matter."""
    return lambda scene: played(lambda: at_desk(Studio, sqlite_url, tmp_path, BRANCHES, PEOPLE), scene)


@pytest.fixture(scope="module")
def mp3(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], bytes]:
    folder = tmp_path_factory.mktemp("sounds")

    def made(frequency_hz: int) -> bytes:
        tone = write_tone(folder / f"{frequency_hz}.wav", frequency_hz=frequency_hz, duration_s=1.0, rate_hz=44100)
        subprocess.run(["sox", str(tone), str(tone.with_suffix(".mp3"))], check=True)
        return tone.with_suffix(".mp3").read_bytes()

    return made


def seconds_of(wav: bytes) -> float:
    """Of a file that a box plays as it is."""
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
        return file.getnframes() / 8000


def test_prompt_when_uploaded_twice_and_published_then_boxes_get_that_version_and_the_earlier_one_again(
    live: Live, mp3: Callable[[int], bytes]
) -> None:
    async def scene(studio: Studio) -> None:
        assert await studio.upload(mp3(440), "환영 인사.mp3") == 303
        assert await studio.upload(mp3(880), "second take.mp3", "환영 인사") == 303
        assert await studio.upload(mp3(880), "second take.mp3", "환영 인사") == 303  # nothing new
        page = await studio.get("/prompts/환영 인사")
        assert "second take.mp3" in page.text and "Version 2" in page.text and "Version 3" not in page.text
        sounds = [(await studio.get(f"/prompts/환영 인사/{number}.wav")).content for number in (1, 2)]
        assert [seconds_of(sound) for sound in sounds] == pytest.approx([1.0, 1.0], abs=0.11)
        for number in (2, 1):
            done = await studio.post("/prompts/환영 인사/publish", version=str(number), branches=["seoul", "empty"])
            assert done.status_code == 303
        await studio.post("/prompts/환영 인사/publish", version="1", branches=["seoul"], deed="remove")
        second, first, gone = await studio.wanted("s1")
        assert [one.name for one in (*second, *first, *gone)] == ["환영 인사"] * 3
        assert [second[0].blob, first[0].blob] == [hashlib.sha256(sound).hexdigest() for sound in reversed(sounds)]
        assert (first[0].content, gone[0].content) == ({"version": 1}, None)
        assert await studio.wanted("p1") == []
        assert (await studio.deeds())[-3:] == [
            "person:root ordered prompt:환영 인사 seoul version 1",
            "person:root ordered prompt:환영 인사 empty version 1",
            "person:root ordered prompt:환영 인사 seoul taken away",
        ]
        assert "환영 인사" in (await studio.get("/wanted/empty")).text

    live(scene)


def test_versions_when_several_are_kept_at_once_then_each_has_a_number_of_its_own(
    database_url: str, tmp_path: Path
) -> None:
    async def scene() -> list[int]:
        async with console(database_url, tmp_path) as one:

            async def keep(number: int) -> int:
                sound = Sound(wav=bytes([number]), seconds=1.0)
                async with one.database.writing() as session:
                    origin = Origin(kind="file", source="x.wav")
                    return (await keeping.keep(session, "hold", sound, origin, by="person:kim", now_s=1.0)).version

            return await asyncio.gather(*(keep(number) for number in range(6)))

    assert sorted(asyncio.run(scene())) == [1, 2, 3, 4, 5, 6]


def test_text_when_spoken_then_it_is_a_version_that_can_be_heard(quick: Live) -> None:
    async def scene(studio: Studio) -> None:
        words = "Welcome. Please hold the line."
        assert (await studio.post("/prompts/text", name="welcome", text=words, voice="Amy")).status_code == 303
        marked = '<speak>안녕<break time="2s"/>하세요</speak>'
        assert (await studio.post("/prompts/text", name="welcome", text=marked, voice="Seoyeon")).status_code == 303
        async with studio.console.database.reading() as session:
            found = list(await session.scalars(select(PromptVersion).order_by(PromptVersion.version)))
        assert [(one.version, one.origin, one.source, one.language) for one in found] == [
            (1, "text", words, "en-GB"),
            (2, "text", marked, "ko-KR"),
        ]
        for one in found:
            heard = await studio.get(f"/prompts/welcome/{one.version}.wav")
            assert heard.headers["content-type"] == "audio/wav"
            assert seconds_of(heard.content) == pytest.approx(one.duration_s) and one.duration_s > 1
        assert found[1].duration_s > 2.4
        assert "&lt;speak&gt;" in (await studio.get("/prompts/welcome")).text

    quick(scene)


@pytest.mark.parametrize(
    ("content", "file", "name"),
    [
        (b"", "x.wav", ""),
        (b"nonsense", "x.wav", ""),
        (b"#EXTM3U\n/etc/passwd\n", "x.m3u", ""),
        (b"nonsense", "x", ""),
        (b"MP3", "x.mp3", "../evil"),
        (b"MP3", "x.mp3", "가" * 61),
        (b"MP3", "x.mp3", "_"),
    ],
)
def test_file_when_it_is_no_sound_or_its_name_is_none_then_the_page_says_why(
    quick: Live, mp3: Callable[[int], bytes], content: bytes, file: str, name: str
) -> None:
    async def scene(studio: Studio) -> None:
        given = mp3(440) if content == b"MP3" else content
        page = await studio.post("/prompts/file", files={"file": (file, given)}, name=name)
        assert (page.status_code, "The prompt was not taken" in page.text) == (400, True)
        assert "No prompt has been made yet" in page.text

    quick(scene)


@pytest.mark.parametrize("text", ["", "…", "<speak> <break/> </speak>", "x" * 6001])
def test_text_when_it_cannot_be_spoken_then_the_page_says_why(quick: Live, text: str) -> None:
    async def scene(studio: Studio) -> None:
        page = await studio.post("/prompts/text", name="x", text=text, voice="Amy")
        assert (page.status_code, "The prompt was not taken" in page.text) == (400, True)

    quick(scene)


def test_prompts_when_somebody_operates_one_branch_then_they_publish_to_no_other(
    quick: Live, mp3: Callable[[int], bytes]
) -> None:
    async def scene(studio: Studio) -> None:
        assert await studio.upload(mp3(440), "hold.mp3", who="min") == 303
        assert await studio.upload(mp3(440), "hold.mp3", who="lee") == 403
        path = "/prompts/hold/publish"
        assert (await studio.post(path, "min", version="1", branches=["seoul", "busan"])).status_code == 404
        assert (await studio.post(path, "lee", version="1", branches=["seoul"])).status_code == 403
        assert (await studio.post(path, version="2", branches=["seoul"])).status_code == 404
        assert (await studio.wanted("s1"), await studio.wanted("p1")) == ([], [])
        assert (await studio.post(path, version="1", branches=["busan"])).status_code == 303
        for place in ("/prompts", "/prompts/hold"):
            assert "Busan" not in (await studio.get(place, "min")).text
            assert (await studio.get(place, "lee")).status_code == 403
        assert (await studio.get("/prompts/hold/1.wav", "lee")).status_code == 403
        assert (await studio.get("/prompts/none")).status_code == 404

    quick(scene)
