"""What is made before anybody asks: the fixed texts of published flows, the box's own sentences, files to convert.

So that no first caller waits for speech. It follows the published plan and the prompt folder, at the lowest priority
and only while half of the cache is free.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from appliance.contact.media.prompts import is_sound
from appliance.contact.services import PlanReader
from appliance.contact.speech.programs import Patience
from appliance.contact.speech.sentences import fields, sentences
from appliance.contact.speech.sound import playable
from appliance.contact.speech.wire import Request, cleaned, key_of, key_of_file
from appliance.contact.speech.workshop import Workshop
from appliance.flow.commands import BUILTIN_PROMPT, Message
from appliance.flow.facts import Library
from appliance.flow.model import Flow
from appliance.flow.voices import usual_voice, voice_language

POLL_S = 2.0
LIMIT_S = 120.0  # nobody waits, and it runs only when nothing else does
MOST_MESSAGES = 2000
_log = logging.getLogger(__name__)
Speaking = tuple[str, str]  # voice, language
Words = dict[str, str]  # text or ssml


def fixed_messages(library: Library, language: str) -> Iterator[Message]:
    """Every message of the flows that says the same to everybody, in each voice that a flow may say it in, once."""
    usual = (usual_voice(language), language)
    flows = [*library.flows.values(), *library.modules.values()]
    everywhere = {usual}.union(*(_speaking(flow, language) for flow in flows))
    seen: set[Message] = set()
    for flow in flows:
        # A module speaks as whoever called it.
        speaking = everywhere if flow.name in library.modules else {usual} | _speaking(flow, language)
        yield from _each(_words(flow), speaking, seen)
    menus = ({"text": bot.prompt} for bot in library.bots.values() if bot.prompt)
    yield from _each(menus, everywhere, seen)


def _each(found: Iterable[Words], speaking: set[Speaking], seen: set[Message]) -> Iterator[Message]:
    for words in found:
        for voice, tongue in sorted(speaking):
            message = Message(**words, voice=voice, language=tongue)
            if message not in seen:
                seen.add(message)
                yield message


def own_messages(language: str) -> Iterator[Message]:
    """The box's sentences that take no parameter."""
    for name, sentence in sentences(language).items():
        if not fields(sentence):
            yield Message(prompt=f"{BUILTIN_PROMPT}{name}", voice=usual_voice(language), language=language)


def _speaking(flow: Flow, language: str) -> set[Speaking]:
    """What the flow's actions switch to, where they say it plainly (cf. `appliance.flow.actions.messages.message`)."""
    found: set[Speaking] = set()
    for action in flow.actions.values():
        voice, tongue = action.parameter("TextToSpeechVoice"), action.parameter("LanguageCode")
        if isinstance(voice, str) and (spoken := voice_language(voice)) is not None:
            found.add((voice.strip().capitalize(), spoken))
        if isinstance(tongue, str) and _is_fixed(tongue):
            found.add((usual_voice(tongue), tongue))
    return found


def _words(flow: Flow) -> Iterator[Words]:
    for action in flow.actions.values():
        messages = action.parameter("Messages")
        for source in (action.parameters, *(messages if isinstance(messages, list | tuple) else ())):
            if isinstance(source, Mapping):
                yield from _of(source)


def _of(source: Mapping[str, Any]) -> Iterator[Words]:
    for key, field in (("Text", "text"), ("SSML", "ssml")):
        words = source.get(key)
        if isinstance(words, str) and words.strip() and _is_fixed(words):
            yield {field: words}


def _is_fixed(text: str) -> bool:
    return "$." not in text and "$[" not in text


class Ahead:
    """Follows the plan and the folder; `run` in a thread of its own."""

    def __init__(self, workshop: Workshop, folder: Path, plan: Path, plans: PlanReader, language: str) -> None:
        """plan: the published file that `plans` reads."""
        self._workshop = workshop
        self._folder = folder
        self._plan = plan
        self._plans = plans
        self._language = language
        self._seen: object = None
        self._stopping = threading.Event()

    def run(self) -> None:
        """Until stopped."""
        while not self._stopping.is_set():
            try:
                self.round()
            except OSError as error:
                _log.warning("sounds can't be made ahead: %s", error)
            self._stopping.wait(POLL_S)

    def stop(self) -> None:
        self._stopping.set()

    def round(self) -> int:
        """Make what is missing since the last round; returns how many sounds were tried."""
        files = self._files()
        seen = (self._version(), [request.key for request in files])
        if seen == self._seen:
            return 0
        library = self._plans.read().library if seen[0] else Library()
        tried = sum(self._make(request) for request in (*files, *self._spoken(library)))
        self._seen = seen
        if tried:
            _log.info("%d sounds were made ahead", tried)
        return tried

    def _version(self) -> tuple[int, ...]:
        """Changes when another plan is published; () before the first."""
        try:
            stat = self._plan.stat()
        except FileNotFoundError:
            return ()
        return stat.st_ino, stat.st_mtime_ns

    def _spoken(self, library: Library) -> Iterator[Request]:
        for number, message in enumerate((*own_messages(self._language), *fixed_messages(library, self._language))):
            if number >= MOST_MESSAGES:
                return
            clean = cleaned(message)
            yield Request(key=key_of(clean), message=clean)

    def _files(self) -> list[Request]:
        found: list[Request] = []
        for path in sorted(self._folder.iterdir()):
            if is_sound(path) and not playable(path):
                stat = path.stat()
                found.append(Request(key=key_of_file(path.name, stat.st_mtime_ns, stat.st_size), source=path.name))
        return found

    def _make(self, request: Request) -> bool:
        cache = self._workshop.cache
        if self._stopping.is_set() or not cache.is_roomy() or cache.has(request.key):
            return False
        reply = self._workshop.make(request, Patience(LIMIT_S, ahead=True))
        if reply.fault:
            _log.warning("a sound can't be made ahead: %s", reply.fault)
        return True
