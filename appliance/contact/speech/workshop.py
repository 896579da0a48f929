"""Carries out orders: speech and conversions into the cache. The studio's threads share one workshop."""

from __future__ import annotations

from pathlib import Path

from appliance.contact.settings import ContactSettings
from appliance.contact.speech.cache import Cache, find
from appliance.contact.speech.conversion import convert, digest
from appliance.contact.speech.programs import Patience
from appliance.contact.speech.speaker import Speaker, engines
from appliance.contact.speech.wire import Reply, Request
from appliance.errors import ContactError


class Workshop:
    """Makes one sound at a time a thread."""

    def __init__(self, folder: Path, cache: Cache, speaker: Speaker) -> None:
        self._folder = folder
        self.cache = cache
        self._speaker = speaker

    def make(self, request: Request, patience: Patience) -> Reply:
        """The file of `request`, or why there is none. Never raises what an order can cause."""
        try:
            return Reply(file=self._make(request, patience).name)
        except ContactError as error:
            return Reply(fault=str(error))
        except (OSError, ValueError) as error:
            return Reply(fault=f"sounds can't be kept in {self.cache.folder}: {error}; is the disk full?")

    def _make(self, request: Request, patience: Patience) -> Path:
        if not request.key.isalnum():  # it becomes a file's name
            raise ContactError(f"{request.key!r} can't be a sound's name; use letters and digits")
        found = find(self.cache.folder, request.key)
        if found is not None:
            return found
        if request.message is None:
            return self._convert(request, patience)
        made = self._speaker.speak(request.message, patience)
        key = f"{request.key}-spare" if made.spare else request.key  # asked for again, the right voice gets its chance
        return self.cache.keep(key, made.pcm)

    def _convert(self, request: Request, patience: Patience) -> Path:
        """By content: a file that was only copied or touched isn't converted again."""
        if Path(request.source).name != request.source:
            raise ContactError(f"{request.source!r} is no file name; put the file into {self._folder}")
        source = self._folder / request.source
        content = digest(source)
        linked = self.cache.link(request.key, content)
        if linked is not None:
            return linked
        self.cache.keep(content, convert(source, patience))
        return self.cache.link(request.key, content) or self.cache.folder / f"{content}.wav"


def open_workshop(settings: ContactSettings) -> Workshop:
    """The cache and the engines of a box."""
    folder = Path(settings.prompts)
    speaker = Speaker(settings.speech, engines(settings.speech))
    cache = Cache(folder / "cache", settings.speech.cache_bytes)
    cache.open(speaker.made_by())
    return Workshop(folder, cache, speaker)
