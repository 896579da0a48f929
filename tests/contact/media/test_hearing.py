from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import pytest

from appliance.contact.media.hearing import (
    AGENT_SIDE,
    CONSULTED,
    CUSTOMER,
    CUSTOMER_SIDE,
    TALKER,
    Mode,
    Places,
    Recorded,
    together,
    wires,
)
from appliance.contact.protocol import MonitorMode

PARTIES = (CUSTOMER, TALKER, CONSULTED)
LETTER = {"c": CUSTOMER, "t": TALKER, "x": CONSULTED}

# mode → who is away → who talks with each other; c customer, t talker, x consulted. Every row there is.
TOGETHER = {
    Mode.APART: {"": "", "c": "", "t": "", "x": "", "ct": "", "cx": "", "tx": "", "ctx": ""},
    Mode.TALK: {"": "ct", "c": "", "t": "", "x": "ct", "ct": "", "cx": "", "tx": "", "ctx": ""},
    Mode.CONSULT: {"": "tx", "c": "tx", "t": "", "x": "", "ct": "", "cx": "", "tx": "", "ctx": ""},
    Mode.CONFERENCE: {"": "ctx", "c": "tx", "t": "cx", "x": "ct", "ct": "", "cx": "", "tx": "", "ctx": ""},
}
ROWS = [(mode, away, talk) for mode, rows in TOGETHER.items() for away, talk in rows.items()]


def parties(letters: str) -> frozenset[str]:
    return frozenset(LETTER[letter] for letter in letters)


def subsets(names: Iterable[str]) -> Iterator[frozenset[str]]:
    names = tuple(names)
    for size in range(len(names) + 1):
        yield from map(frozenset, itertools.combinations(names, size))


def hears(places: Places, who: str) -> set[str]:
    return {source for source, sink in wires(places) if sink == who}


def all_to_all(names: Iterable[str]) -> set[tuple[str, str]]:
    return set(itertools.permutations(names, 2))


def test_table_when_counted_has_every_mode_and_every_set_of_absentees() -> None:
    assert set(TOGETHER) == set(Mode)
    assert all({parties(away) for away in rows} == set(subsets(PARTIES)) for rows in TOGETHER.values())


@pytest.mark.parametrize(("mode", "away", "talk"), ROWS)
def test_wires_when_parties_are_in_any_place_join_exactly_those_who_talk(mode: Mode, away: str, talk: str) -> None:
    assert together(mode, parties(away)) == parties(talk)
    everyone = frozenset(PARTIES)
    for present, muted in itertools.product(subsets(everyone), subsets(everyone)):
        expected = {
            (source, sink)
            for source, sink in all_to_all(parties(talk))
            if source in present - muted and sink in present
        }
        assert wires(Places(mode=mode, present=present, away=parties(away), muted=muted)) == expected


# What a supervisor hears, who hears the supervisor (c, t, x), by monitor mode. Again every row.
HEARD_BY = {
    Mode.APART: {MonitorMode.LISTEN: "", MonitorMode.WHISPER: "t", MonitorMode.BARGE: "t"},
    Mode.TALK: {MonitorMode.LISTEN: "", MonitorMode.WHISPER: "t", MonitorMode.BARGE: "ct"},
    Mode.CONSULT: {MonitorMode.LISTEN: "", MonitorMode.WHISPER: "t", MonitorMode.BARGE: "tx"},
    Mode.CONFERENCE: {MonitorMode.LISTEN: "", MonitorMode.WHISPER: "t", MonitorMode.BARGE: "ctx"},
}
HEARS = {Mode.APART: "t", Mode.TALK: "ct", Mode.CONSULT: "tx", Mode.CONFERENCE: "ctx"}


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("monitor", MonitorMode)
def test_wires_when_one_supervises_are_those_of_the_talk_and_the_monitor_mode(mode: Mode, monitor: MonitorMode) -> None:
    row = MonitorMode.BARGE if monitor is MonitorMode.TAKE_OVER else monitor
    places = Places(mode=mode, present=frozenset({*PARTIES, "boss"}), supervisors={"boss": monitor})
    heard_by = {sink for source, sink in wires(places) if source == "boss"}
    assert heard_by == parties(HEARD_BY[mode][row])
    assert hears(places, "boss") == parties(HEARS[mode])
    others = {(source, sink) for source, sink in wires(places) if "boss" not in (source, sink)}
    assert others == wires(Places(mode=mode, present=frozenset(PARTIES)))


@pytest.mark.parametrize(("mode", "away", "talk"), ROWS)
@pytest.mark.parametrize("monitor", MonitorMode)
def test_wires_when_parties_are_away_never_let_a_supervisor_hear_or_reach_them(
    mode: Mode, away: str, talk: str, monitor: MonitorMode
) -> None:
    present = frozenset({*PARTIES, "boss"})
    found = wires(Places(mode=mode, present=present, away=parties(away), supervisors={"boss": monitor}))
    watched = parties(talk) | (parties("t") - parties(away))
    assert {source for source, sink in found if sink == "boss"} == watched
    assert {sink for source, sink in found if source == "boss"} <= watched


@pytest.mark.parametrize(("first", "second"), list(itertools.product(MonitorMode, repeat=2)))
def test_wires_when_two_supervise_let_each_hear_the_other_only_where_that_one_barged_in(
    first: MonitorMode, second: MonitorMode
) -> None:
    places = Places(
        mode=Mode.TALK, present=frozenset({*PARTIES, "one", "two"}), supervisors={"one": first, "two": second}
    )
    loud = {MonitorMode.BARGE, MonitorMode.TAKE_OVER}
    assert (("one", "two") in wires(places)) is (first in loud)
    assert (("two", "one") in wires(places)) is (second in loud)


def test_wires_when_a_supervisors_phone_holds_leave_that_one_out() -> None:
    places = Places(
        mode=Mode.TALK,
        present=frozenset({*PARTIES, "boss"}),
        away=frozenset({"boss"}),
        supervisors={"boss": MonitorMode.BARGE},
    )
    assert wires(places) == all_to_all({CUSTOMER, TALKER})


@pytest.mark.parametrize("mode", Mode)
def test_wires_when_the_box_speaks_to_a_party_reach_nobody_else(mode: Mode) -> None:
    for announced in subsets(PARTIES):
        places = Places(
            mode=mode,
            present=frozenset({*PARTIES, "boss"}),
            announced=announced,
            supervisors={"boss": MonitorMode.LISTEN},
        )
        spoken = {(source, sink) for source, sink in wires(places) if source.startswith("announcer")}
        assert spoken == {(f"announcer of {party}", party) for party in announced}


# Who is on the agent's side of the recording, by mode: plain, with consult_recorded, with one who barged in.
SIDES = {
    Mode.APART: ("t", "t", False),
    Mode.TALK: ("t", "t", True),
    Mode.CONSULT: ("", "tx", False),
    Mode.CONFERENCE: ("tx", "tx", True),
}


@pytest.mark.parametrize("mode", Mode)
def test_wires_when_recorded_put_the_customer_on_one_side_and_who_it_may_hear_on_the_other(mode: Mode) -> None:
    plain, with_consult, barged = SIDES[mode]
    everyone = frozenset(PARTIES)
    for muted in subsets(PARTIES):
        for recorded, agents in ((Recorded(), plain), (Recorded(consult=True), with_consult)):
            places = Places(mode=mode, present=everyone, muted=muted, recorded=recorded)
            assert hears(places, CUSTOMER_SIDE) == {CUSTOMER} - muted
            assert hears(places, AGENT_SIDE) == parties(agents) - muted
    for monitor in MonitorMode:
        supervised = Places(
            mode=mode, present=everyone | {"boss"}, supervisors={"boss": monitor}, recorded=Recorded(consult=True)
        )
        loud = monitor in (MonitorMode.BARGE, MonitorMode.TAKE_OVER)
        assert ("boss" in hears(supervised, AGENT_SIDE)) is (barged and loud)
        assert "boss" not in hears(supervised, CUSTOMER_SIDE)


@pytest.mark.parametrize(("flow", "announced", "talker"), list(itertools.product([False, True], repeat=3)))
def test_wires_when_the_flow_is_recorded_have_the_box_on_the_agents_side_while_no_talker_is_there(
    *, flow: bool, announced: bool, talker: bool
) -> None:
    places = Places(
        mode=Mode.APART,
        present=frozenset({CUSTOMER, TALKER} if talker else {CUSTOMER}),
        announced=frozenset({CUSTOMER} if announced else ()),
        recorded=Recorded(flow=flow),
    )
    box = {"announcer of customer"} if flow and announced and not talker else set()
    assert hears(places, AGENT_SIDE) == box | ({TALKER} if talker else set())


def test_wires_when_nothing_is_recorded_reach_no_side() -> None:
    for mode in Mode:
        sinks = {sink for _, sink in wires(Places(mode=mode, present=frozenset(PARTIES)))}
        assert not sinks & {CUSTOMER_SIDE, AGENT_SIDE}
