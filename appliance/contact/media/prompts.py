"""Finds the sound of a message: a prompt's file, a made one in the cache, or one that the studio makes now.

Nothing here waits and no program is started: what has to be made is asked of the studio process and polled for.
"""

from __future__ import annotations

import re
import socket
import time
from pathlib import Path
from urllib.parse import unquote

import msgspec

from appliance.contact.speech import cache, wire
from appliance.contact.speech.sound import ENDINGS, duration_s, playable
from appliance.errors import ContactError
from appliance.flow.commands import BUILTIN_PROMPT, Message

__all__ = ["Prompts", "Rendering", "duration_s"]

OWN_SOUNDS = "own"  # the folder, among the prompts, of what every box has (`sounds`)
ABSENT_S = 3.0  # how long the studio may be away (it is started again at once)
_VOICEMAIL = re.compile(r"voicemail/([0-9a-f]{32})")
_SERVED = 2  # times an order is given again when the studio dies over it


class Rendering:
    """A WAV file in the making. `poll()` until it is True; then `target` is there. ContactError: it can't be made."""

    def __init__(self, folder: Path, studio: Path, request: wire.Request) -> None:
        self.target = cache.path_of(folder, request.key)
        self._studio = studio
        self._packet = msgspec.json.encode(request)
        self._socket: socket.socket | None = None
        self._tries = 0
        self._absent_until = time.monotonic() + ABSENT_S
        self._order()

    def poll(self) -> bool:
        """Whether the file is complete. Raises ContactError when it can't be made."""
        if self._socket is None:
            self._order()
        packet = self._receive()
        if not packet:
            return False
        self.abandon()
        reply = msgspec.json.decode(packet, type=wire.Reply)
        if reply.fault:
            raise ContactError(reply.fault)
        self.target = self.target.with_name(reply.file)
        return True

    def abandon(self) -> None:
        """Stop waiting for it."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _order(self) -> None:
        """Hand the order in; a studio that is just starting is tried again at the next poll."""
        opened = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
        try:
            opened.connect(str(self._studio))
            opened.send(self._packet)
        except OSError as error:
            opened.close()
            if time.monotonic() > self._absent_until:
                raise ContactError(
                    f"the speech studio can't be reached ({error}); is linekeeper-contact running?"
                ) from error
            return
        self._socket = opened

    def _receive(self) -> bytes:
        if self._socket is None:
            return b""
        try:
            packet = self._socket.recv(wire.LONGEST_PACKET)
        except BlockingIOError:
            return b""
        except OSError:
            packet = b""
        if not packet:
            self._died()
        return packet

    def _died(self) -> None:
        self.abandon()
        self._tries += 1
        self._absent_until = time.monotonic() + ABSENT_S
        if self._tries >= _SERVED:
            raise ContactError("the speech studio died over a message, twice; see its log")


class Prompts:
    """The prompt folder of a box: `<name>.<format>` by PromptId, `cache/` for everything made."""

    def __init__(self, folder: Path, studio: Path, voicemail: Path | None = None) -> None:
        """`voicemail`: the folder of messages that somebody listens to just now, each under a secret name."""
        self._folder = folder
        self._voicemail = voicemail
        self._studio = studio
        self._cache = folder / "cache"
        self._cache.mkdir(parents=True, exist_ok=True)

    def find(self, message: Message) -> Path | Rendering:
        """The playable file of `message`, or its making. Raises ContactError for a prompt that doesn't exist."""
        try:
            return self._find(wire.cleaned(message))
        except (OSError, ValueError) as error:
            raise ContactError(f"prompts in {self._folder} can't be used: {error}") from error

    def _find(self, message: Message) -> Path | Rendering:
        if message.prompt is not None and (secret := _VOICEMAIL.fullmatch(message.prompt)) is not None:
            return self._spoken(secret[1])
        if message.prompt is not None and not message.prompt.startswith(BUILTIN_PROMPT):
            return self._file(message.prompt, f"prompt {message.prompt!r:.80}")
        if message.uri is not None:
            return self._file(unquote(message.uri.partition("?")[0]), f"media {message.uri!r:.200}")
        return self._made(wire.Request(key=wire.key_of(message), message=message))

    def _spoken(self, secret: str) -> Path:
        """A caller's message, laid there by the switchboard: no other file can be named so."""
        path = (self._voicemail or self._folder) / f"{secret}.wav"
        if self._voicemail is None or not path.is_file():
            raise ContactError("the message is not there any more; open the mailbox again")
        return path

    def _file(self, reference: str, what: str) -> Path | Rendering:
        """By id, ARN (…/prompt/<id>), URI or name, with or without ending; other formats are converted once."""
        name = reference.rpartition("/")[2]
        path = sound_file(self._folder, name) or own_sound(self._folder, name)
        if path is None:
            raise ContactError(f"{what} does not exist; 'linekeeper prompt import FILE --name {name!r:.40}'")
        if playable(path):
            return path
        stat = path.stat()
        key = wire.key_of_file(path.name, stat.st_mtime_ns, stat.st_size)
        return self._made(wire.Request(key=key, source=path.name))

    def _made(self, request: wire.Request) -> Path | Rendering:
        return cache.find(self._cache, request.key) or Rendering(self._cache, self._studio, request)


def sound_file(folder: Path, name: str) -> Path | None:
    """The audio file of that name in `folder`, with or without an ending; WAV where there are several.

    Only names of files that are there are ever used: a name can't lead out of the folder. Raises OSError.
    """
    files = [path for path in folder.iterdir() if is_sound(path)]
    stem, _, ending = name.rpartition(".")  # console exports call a prompt by its file: CustomerQueue.wav
    for wanted in (name, stem if ending.lower() in ENDINGS else name):
        found = [path for path in files if wanted == path.stem]
        if found:
            return max(found, key=lambda path: (path.name == name, path.suffix == ".wav", path.name))
    return None


def own_sound(folder: Path, name: str) -> Path | None:
    """What the box made itself under that name. Raises OSError."""
    own = folder / OWN_SOUNDS
    return sound_file(own, name) if own.is_dir() else None


def is_sound(path: Path) -> bool:
    """Whether the file may be one: not hidden (those are in the making), with an audio file's ending."""
    return not path.name.startswith(".") and path.suffix[1:].lower() in ENDINGS and path.is_file()
