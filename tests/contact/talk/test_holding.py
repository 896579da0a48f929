"""Whatever happens in a talk, hold events alternate and say exactly when the customer is with nobody."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, cast

from contact.bridge import Party, Port
from contact.shared_services import Shared
from hypothesis import given
from hypothesis import strategies as st

from appliance.contact.media.conversation import BY_COMMAND, MUSIC, Conversation
from appliance.contact.media.hearing import Mode
from appliance.contact.services import Services
from appliance.contact.talk.holding import Holding
from appliance.events import AnyBody, CustomerHeld, CustomerResumed

LEGS = {"customer": "customer", "talker": "agent-1", "consulted": "agent-2"}
HOLDERS = (*LEGS.values(), BY_COMMAND)


class Flows:
    """Side flows that only play: music while the customer waits."""

    def __init__(self, conversation: Conversation) -> None:
        self._talk = conversation

    def hold(self, _leg: object, *, talker_waits: bool = True) -> None:
        self._talk.announcer.loop(MUSIC)

    def stop(self) -> None:
        self._talk.announcer.stop()


class Scene:
    """Three parties who have all answered, and what is written down."""

    def __init__(self, folder: Path) -> None:
        self.said: list[AnyBody] = []
        self.talk = Conversation(cast(Services, Shared(folder)))
        self.parties = {name: Party(Port(name), leg=leg, answered=True) for name, leg in LEGS.items()}
        for name, party in self.parties.items():
            setattr(self.talk, name, party.as_leg)
        self.talk.talking = True
        flows: Any = Flows(self.talk)
        self.holding = Holding(self.talk, flows, self.said.append)

    def hears(self, name: str) -> set[str]:
        audio = self.parties[name].audio
        assert audio is not None
        return audio.hears()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["hold", "resume"]), st.sampled_from(HOLDERS)),
        st.tuples(st.just("join"), st.sampled_from([Mode.TALK, Mode.CONSULT, Mode.CONFERENCE])),
    ),
    max_size=30,
)


@given(STEPS)
def test_follow_when_anything_happens_then_events_alternate_and_music_is_for_who_is_with_nobody(
    steps: list[tuple[str, Any]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(Path(folder))
        for what, value in steps:
            if what == "join":
                scene.talk.joined = value
                scene.holding.follow(None)
            else:
                (scene.holding.hold if what == "hold" else scene.holding.resume)(value, None)
            _check(scene)


def _check(scene: Scene) -> None:
    held = bool(scene.said) and isinstance(scene.said[-1], CustomerHeld)
    kinds = [type(body) for body in scene.said]
    assert kinds == [CustomerHeld, CustomerResumed] * (len(kinds) // 2) + [CustomerHeld] * held
    voices = {"customer", "talker", "consulted"}
    assert held is scene.talk.on_hold is (not scene.hears("customer") & voices)
    for name in ("customer", "consulted"):  # the talker knows what it is doing
        assert bool(scene.hears(name) & voices) is (f"player of {MUSIC}" not in scene.hears(name))


def test_forget_when_the_customer_was_on_hold_stops_the_music_for_whoever_talks_next(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.holding.hold(BY_COMMAND, None)
    assert scene.hears("customer") == {f"player of {MUSIC}"}
    scene.holding.forget()
    scene.holding.follow(None)
    assert scene.hears("customer") == {"talker"}
    assert [type(body) for body in scene.said] == [CustomerHeld]  # the record ends the hold with the talk
