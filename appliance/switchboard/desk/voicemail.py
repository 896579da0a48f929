"""Listening to messages by phone: a mailbox is opened, then every key comes here.

`next` says what the flow does with the sentence: "play" says it, then plays `prompt` until a key is pressed; "ask" says
it until a key is pressed; "dial" says it and dials `number`; "record" dials it at once; "end" says it and hangs up.
Keys: 1 again, 2 next, 3 save, 7 delete, 8 speak the greeting, 9 call back, 0 help.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from appliance.dialplan import ToExtension, ToOutside, route
from appliance.store.voicemails import Voicemail, VoicemailState
from appliance.switchboard.desk.asked import Asked, RefusedError, Said, spoken
from appliance.switchboard.desk.desk import Desk
from appliance.switchboard.voicemail.listening import MOST_HELP, Session
from appliance.switchboard.voicemail.spoken import digits, moment

PLAY, ASK, DIAL, RECORD, END = "play", "ask", "dial", "record", "end"


async def open_own(desk: Desk, asked: Asked) -> Said:
    """The mailbox of the agent who is reached at this phone, else of the extension."""
    boxes = (name for name in (asked.agent, asked.extension) if name and name in desk.plan.mailboxes)
    return await _open(desk, asked, next(boxes, ""))


async def open_by_pin(desk: Desk, asked: Asked) -> Said:
    """A mailbox from any phone inside: by its own number and PIN, or by its agent's."""
    return await _open(desk, asked, await desk.prove_mailbox(asked))


async def key(desk: Desk, asked: Asked) -> Said:
    """What a key does to the message under way."""
    session = desk.listening.session(asked.contact)
    pressed = asked.text("key")
    session.silent = 0 if pressed else session.silent + 1
    return await _KEYS.get(pressed, _help)(desk, asked, session)


async def _open(desk: Desk, asked: Asked, mailbox: str) -> Said:
    if mailbox not in desk.plan.mailboxes:
        raise RefusedError("voicemail_no_box")
    new, saved = await desk.listening.open(asked.contact, mailbox)
    session = desk.listening.session(asked.contact)
    first = await desk.listening.step(session)
    if first is None:
        return Said(key="voicemail_none", answers={"next": ASK, "prompt": "", "number": ""})
    counts = spoken("voicemail_have", {"new": str(new), "saved": str(saved)}, asked.language)
    return await _play(desk, asked, session, first, counts)


async def _again(desk: Desk, asked: Asked, session: Session) -> Said:
    message = await desk.listening.current(session)
    return await _next(desk, asked, session) if message is None else await _play(desk, asked, session, message)


async def _next(desk: Desk, asked: Asked, session: Session, done: str = "") -> Said:
    message = await desk.listening.step(session)
    if message is not None:
        return await _play(desk, asked, session, message, done)
    return _end("voicemail_no_more", done)


async def _save(desk: Desk, asked: Asked, session: Session) -> Said:
    message = await desk.listening.current(session)
    if message is not None:
        await desk.listening.heard(message)
    return await _next(desk, asked, session, spoken("voicemail_saved", {}, asked.language))


async def _delete(desk: Desk, asked: Asked, session: Session) -> Said:
    message = await desk.listening.current(session)
    if message is not None:
        await desk.perform("voicemail.mark", {"voicemail": message.recording, "state": VoicemailState.DELETED.value})
    return await _next(desk, asked, session, spoken("voicemail_deleted", {}, asked.language))


async def _call_back(desk: Desk, asked: Asked, session: Session) -> Said:
    """As this phone could dial it; the dial plan decides."""
    message = await desk.listening.current(session)
    number = message.caller if message is not None else ""
    if not isinstance(route(desk.plan, number, from_trunk=False), ToExtension | ToOutside):
        return await _help(desk, asked, session, "voicemail_no_call_back")
    return Said(key="voicemail_calling", answers={"next": DIAL, "prompt": "", "number": number})


async def _greet(desk: Desk, asked: Asked, session: Session) -> Said:
    """The contact process asks for the greeting and records it."""
    return Said(key="voicemail_keys", answers={"next": RECORD, "prompt": "", "number": f"greeting:{session.mailbox}"})


async def _help(_desk: Desk, _asked: Asked, session: Session, key: str = "voicemail_keys") -> Said:
    """What the keys do, until nobody presses any."""
    if session.silent > MOST_HELP:
        return _end("voicemail_bye")
    return Said(key=key, answers={"next": ASK, "prompt": "", "number": ""})


async def _play(desk: Desk, asked: Asked, session: Session, message: Voicemail, before: str = "") -> Said:
    prompt = await desk.listening.play(session, message)
    who = digits(message.caller)
    values = {
        "before": before,
        "number": str(session.at + 1),
        "when": moment(datetime.fromtimestamp(message.left_wall_s).astimezone(), asked.language),
        "who": who,
    }
    said = "voicemail_message" if who else "voicemail_message_unknown"
    return Said(key=said, values=values, answers={"next": PLAY, "prompt": prompt, "number": ""})


def _end(key: str, before: str = "") -> Said:
    return Said(key=key, values={"before": before}, answers={"next": END, "prompt": "", "number": ""})


_KEYS: Mapping[str, Callable[[Desk, Asked, Session], Awaitable[Said]]] = {
    "1": _again,
    "2": _next,
    "3": _save,
    "7": _delete,
    "8": _greet,
    "9": _call_back,
}
