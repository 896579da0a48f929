"""A studio in a thread of the test: makes sounds for the prompt folder of a test with the real programs."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from appliance.contact.settings import SpeechSettings
from appliance.contact.speech.cache import Cache
from appliance.contact.speech.engine import Engine
from appliance.contact.speech.speaker import Speaker, engines
from appliance.contact.speech.studio import Studio
from appliance.contact.speech.workshop import Workshop

SOCKET = "studio.sock"
PLAIN = SpeechSettings(recordings="")  # the same on a machine with recorded voices and without


@contextlib.contextmanager
def running(
    folder: Path, settings: SpeechSettings = PLAIN, known: Mapping[str, Engine] | None = None
) -> Iterator[Studio]:
    """Serves `folder` at `folder/studio.sock` inside; nothing of it is left afterwards."""
    speaker = Speaker(settings, known or engines(settings))
    cache = Cache(folder / "cache", settings.cache_bytes)
    cache.open(speaker.made_by())
    studio = Studio(folder / SOCKET, Workshop(folder, cache, speaker), settings.parallel)
    thread = threading.Thread(target=studio.run)
    thread.start()
    try:
        yield studio
    finally:
        studio.stop()
        thread.join(30)
        speaker.close()
        (folder / SOCKET).unlink(missing_ok=True)
