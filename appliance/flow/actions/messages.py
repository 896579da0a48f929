"""MessageParticipant, MessageParticipantIteratively, and how any action makes its message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from appliance.flow.commands import Message, Play, StopPlaying
from appliance.flow.conditions import number
from appliance.flow.digits import buffer_key
from appliance.flow.events import DigitPressed, FlowEvent, PromptEnded, PromptFailed, TimerExpired
from appliance.flow.model import Action
from appliance.flow.row import Dynamic, Kind, row, takes
from appliance.flow.run import DONE, Left, Result, Run, Waits, chosen, failed
from appliance.flow.state import Pending, WaitingFor
from appliance.flow.voices import usual_voice, voice_language

LONGEST_TEXT = 6000  # characters, markup included (reference section 3)
SHORTEST_ROUND_S = 1.0  # a loop of messages without sound would spin
MESSAGE_KEYS = ("Text", "SSML", "PromptId", "Media")
MESSAGE = (
    takes("Text", dynamic=Dynamic.MIXED),
    takes("SSML", dynamic=Dynamic.MIXED),
    takes("PromptId"),
    takes("Media", Kind.MAPPING),
    takes("Media.Uri", dynamic=Dynamic.MIXED),
    takes("Media.SourceType", Kind.ENUM, Dynamic.STATIC, values="S3"),
    takes("Media.MediaType", Kind.ENUM, Dynamic.STATIC, values="Audio"),
)


def message(run: Run, source: Any) -> Message | None:
    """What `source` (Parameters, or an entry of Messages) says now; None where it says nothing at all."""
    if not isinstance(source, Mapping):
        return None
    voice = run.facts.voice or usual_voice(run.facts.language)
    language = (voice_language(run.facts.voice) if run.facts.voice else None) or run.facts.language
    if source.get("Text") is not None:
        return Message(text=run.text(source["Text"]), voice=voice, language=language)
    if source.get("SSML") is not None:
        return Message(ssml=run.text(source["SSML"], markup=True), voice=voice, language=language)
    if source.get("PromptId") is not None:
        return Message(prompt=run.library.prompt(run.text(source["PromptId"])), voice=voice, language=language)
    media = source.get("Media")
    uri = run.text(media.get("Uri")) if isinstance(media, Mapping) else ""
    return Message(uri=uri, voice=voice, language=language) if uri else None


def is_silent(found: Message) -> bool:
    """Nothing would be heard: flows use blank texts on purpose."""
    words = found.text if found.text is not None else found.ssml
    if words is not None:
        return not words.strip()
    return not (found.prompt or found.uri)


def is_too_long(found: Message) -> bool:
    """The service refuses such texts, and so does the speech engine."""
    return len(found.text or found.ssml or "") > LONGEST_TEXT


# ── MessageParticipant ───────────────────────────────────────────────────────────────────────────────────────────


class Playing(Pending, frozen=True, kw_only=True):
    """A prompt that any key stops."""


def _play(run: Run, action: Action) -> Result:
    skips = run.text(action.parameter("SkipWhenDTMFBufferEnabled")).lower() == "true"
    if skips and run.keys:
        return DONE
    found = message(run, action.parameters)
    if found is None or (found.prompt == "" and found.text is None and found.ssml is None):
        return failed(detail="there is nothing to play")
    if is_too_long(found):
        return failed(detail=f"the text exceeds {LONGEST_TEXT} characters")
    if is_silent(found):
        return DONE
    run.say(Play(messages=(found,)))
    return Waits(WaitingFor.PROMPT, Playing())


def _played(run: Run, _action: Action, _pending: Pending, event: FlowEvent) -> Result | None:
    if isinstance(event, PromptEnded):
        return DONE
    if isinstance(event, PromptFailed):
        return failed(detail=event.reason)
    if isinstance(event, DigitPressed):
        run.say(StopPlaying())
        buffer_key(run, event.digit)
        return DONE
    return None


# ── MessageParticipantIteratively ────────────────────────────────────────────────────────────────────────────────


class Looping(Pending, frozen=True, kw_only=True):
    """position: the message that plays; None: pausing. interrupt_at: when MessagesInterrupted is due."""

    position: int | None
    interrupt_at: float | None
    round_began: float
    heard: bool = False


def _loop(run: Run, action: Action) -> Result:
    if not isinstance(action.parameter("Messages"), Sequence) or not _entries(action):
        return failed(detail="Messages is empty")
    every_s = number(run.text(action.parameter("InterruptFrequencySeconds")))
    interrupt_at = run.now + every_s if every_s is not None and every_s > 0 else None
    return _play_from(run, action, Looping(position=0, interrupt_at=interrupt_at, round_began=run.now))


def _entries(action: Action) -> Sequence[Any]:
    messages = action.parameter("Messages")
    return messages if isinstance(messages, list | tuple) else ()


def _play_from(run: Run, action: Action, loop: Looping) -> Result:
    """Plays the next message that can be heard; a round without one waits before it starts again."""
    entries = _entries(action)
    for position in range(loop.position or 0, len(entries)):
        found = message(run, entries[position])
        if found is not None and not is_silent(found):
            run.say(Play(messages=(found,)))
            playing = Looping(
                position=position, interrupt_at=loop.interrupt_at, round_began=loop.round_began, heard=loop.heard
            )
            return Waits(WaitingFor.ROUTING, playing, loop.interrupt_at)
    return _next_round(run, action, loop)


def _next_round(run: Run, action: Action, loop: Looping) -> Result:
    if loop.heard and run.now - loop.round_began >= SHORTEST_ROUND_S:
        return _play_from(run, action, Looping(position=0, interrupt_at=loop.interrupt_at, round_began=run.now))
    again_at = run.now + SHORTEST_ROUND_S
    deadline = again_at if loop.interrupt_at is None else min(again_at, loop.interrupt_at)
    pausing = Looping(position=None, interrupt_at=loop.interrupt_at, round_began=run.now)
    return Waits(WaitingFor.ROUTING, pausing, deadline)


def _looped(run: Run, action: Action, pending: Pending, event: FlowEvent) -> Result | None:
    if not isinstance(pending, Looping):
        return None
    if isinstance(event, TimerExpired):
        return _timed(run, action, pending)
    if isinstance(event, PromptEnded | PromptFailed) and pending.position is not None:
        return _next_message(run, action, pending, heard=isinstance(event, PromptEnded), why=event)
    return None


def _timed(run: Run, action: Action, loop: Looping) -> Result:
    if loop.interrupt_at is not None and run.now >= loop.interrupt_at:
        return _interrupt(run, action)
    return _play_from(run, action, Looping(position=0, interrupt_at=loop.interrupt_at, round_began=run.now))


def _interrupt(run: Run, action: Action) -> Result:
    if run.text(action.parameter("ContinueMessagingDuringInterrupt")).lower() != "true":
        run.say(StopPlaying())
    for choice in action.choices:
        if choice.condition.label == "MessagesInterrupted":
            return chosen(choice)
    return Left("MessagesInterrupted") if action.next is not None else failed(detail="no branch MessagesInterrupted")


def _next_message(run: Run, action: Action, loop: Looping, *, heard: bool, why: FlowEvent) -> Result:
    """Only a whole round in which every message failed is an error: one bad prompt must not end the music."""
    position = (loop.position or 0) + 1
    if not heard and not loop.heard and position >= len(_entries(action)):
        return failed(detail=why.reason if isinstance(why, PromptFailed) else "")
    moved = Looping(
        position=position, interrupt_at=loop.interrupt_at, round_began=loop.round_began, heard=loop.heard or heard
    )
    return _play_from(run, action, moved)


ROWS = (
    row(
        "MessageParticipant",
        _play,
        _played,
        where="I Q TA TQ CW AW OW M C",
        errors="NoMatchingError",
        parameters=(*MESSAGE, takes("SkipWhenDTMFBufferEnabled", Kind.BOOLEAN, Dynamic.STATIC)),
        exactly_one=(MESSAGE_KEYS,),
        soft=True,
    ),
    row(
        "MessageParticipantIteratively",
        _loop,
        _looped,
        where="Q CH AH",
        errors="NoMatchingError",
        parameters=(
            takes("Messages", Kind.LIST, required=True),
            takes("InterruptFrequencySeconds", Kind.NUMBER, low=1),
            takes("ContinueMessagingDuringInterrupt", Kind.BOOLEAN, Dynamic.STATIC),
        ),
        operands=frozenset({"MessagesInterrupted"}),
        branching=True,
    ),
)
