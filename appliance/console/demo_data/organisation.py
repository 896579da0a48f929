"""The made-up organisation: veterinary practices in five time zones, so that somewhere it is always opening time.

Each branch has something to show: a busy one, one with an outage behind it, one that is cut off right now, one whose
storage runs full, one where all is well.
"""

from __future__ import annotations

import msgspec

NAME = "Harbour Vets"
OPENS_H, CLOSES_H = 8, 20  # local time, every day


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """An agent. early: works from opening, else until closing; queues: served, the first ones first."""

    agent: str
    name: str
    extension: str
    early: bool
    queues: tuple[str, ...]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A queue of a practice: which key leads to it and how many of the callers press that."""

    queue: str
    name: str
    key: str
    share: float


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """No link for `hours`, beginning `days_ago`. lacking: recordings that had not come over when both sides counted."""

    days_ago: float
    hours: float
    why: str
    lacking: int = 0


class Practice(msgspec.Struct, frozen=True, kw_only=True):
    """A branch. number: its own; customers: format of made-up numbers with `{}` for digits, and from which of them;
    a_day: contacts on a weekday; mute_h: for how long its box hasn't been heard, 0: it is there."""

    branch: str
    name: str
    zone: str
    number: str
    customers: tuple[tuple[str, int, int], ...]
    names: tuple[str, ...]
    people: tuple[Person, ...]
    lines: tuple[Line, ...]
    a_day: float
    version: str
    storage_used: int
    jitter_ms: float = 3.0
    cuts: tuple[Cut, ...] = ()
    mute_h: float = 0.0
    warnings: tuple[str, ...] = ()


STORAGE_BUDGET = 64_000_000_000
_LINES = (
    Line(queue="appointments", name="Appointments", key="1", share=0.58),
    Line(queue="pharmacy", name="Repeat prescriptions", key="2", share=0.24),
    Line(queue="emergencies", name="Emergencies", key="3", share=0.18),
)
_SEOUL_LINES = (
    Line(queue="appointments", name="진료 예약", key="1", share=0.58),
    Line(queue="pharmacy", name="처방약", key="2", share=0.24),
    Line(queue="emergencies", name="응급", key="3", share=0.18),
)
_ALL = ("emergencies", "appointments", "pharmacy")


def _people(*rows: tuple[str, str, bool, tuple[str, ...]]) -> tuple[Person, ...]:
    return tuple(
        Person(agent=agent, name=name, extension=str(201 + place), early=early, queues=queues)
        for place, (agent, name, early, queues) in enumerate(rows)
    )


PRACTICES = (
    Practice(
        branch="seoul",
        name="서울 마포",
        zone="Asia/Seoul",
        number="+827000001000",
        customers=(("+821000{:06}", 210000, 210420),),
        names=("이서연", "박지훈", "최유진", "정우성민", "강하은", "윤도현", ""),
        people=_people(
            ("minseo", "김민서", True, _ALL),
            ("jiwoo", "한지우", True, _ALL),
            ("hajun", "오하준", False, _ALL),
            ("soyeon", "문소연", False, ("appointments", "pharmacy")),
        ),
        lines=_SEOUL_LINES,
        a_day=31,
        version="0.1.0",
        storage_used=21_400_000_000,
    ),
    Practice(
        branch="london",
        name="London Docklands",
        zone="Europe/London",
        number="+442079460100",
        customers=(("+4420794600{:02}", 10, 99), ("+44770090{:04}", 100, 400)),
        names=("A. Okafor", "Priya Nair", "J. Whitcombe", "M. Brandt", "Tom Ashby", "", ""),
        people=_people(
            ("grace", "Grace Obi", True, _ALL),
            ("owen", "Owen Pryce", True, _ALL),
            ("leila", "Leila Haddad", True, ("appointments",)),
            ("daniel", "Daniel Marsh", False, _ALL),
            ("ruth", "Ruth Penhale", False, ("appointments", "pharmacy")),
        ),
        lines=_LINES,
        a_day=58,
        version="0.1.0",
        storage_used=35_900_000_000,
        cuts=(Cut(days_ago=5.3, hours=0.4, why="the name of the console could not be looked up"),),
    ),
    Practice(
        branch="new-york",
        name="New York Red Hook",
        zone="America/New_York",
        number="+12125550110",
        customers=(("+1212555{:04}", 120, 199), ("+1718555{:04}", 100, 199)),
        names=("R. Delgado", "Kim Castellano", "H. Liu", "Sofia Marino", "", ""),
        people=_people(
            ("marcus", "Marcus Hale", True, _ALL),
            ("ines", "Inês Duarte", True, _ALL),
            ("tess", "Tess Novak", False, _ALL),
            ("omar", "Omar Farouk", False, ("appointments", "pharmacy")),
        ),
        lines=_LINES,
        a_day=36,
        version="0.1.0",
        storage_used=29_800_000_000,
        cuts=(
            Cut(days_ago=8.6, hours=51.2, why="no route to the console: the fibre was cut"),
            Cut(days_ago=2.2, hours=0.1, why="the console did not answer within 20 s"),
        ),
    ),
    Practice(
        branch="sydney",
        name="Sydney Balmain",
        zone="Australia/Sydney",
        number="+61255500100",
        customers=(("+6125550{:04}", 1200, 1380),),
        names=("C. Whitlam", "Nguyen Thi Lan", "B. Forsyth", "Zoe Carr", ""),
        people=_people(
            ("hugo", "Hugo Bennett", True, _ALL),
            ("amara", "Amara Singh", True, _ALL),
            ("pia", "Pia Lindqvist", False, _ALL),
        ),
        lines=_LINES,
        a_day=24,
        version="0.1.0",
        storage_used=18_100_000_000,
        mute_h=3.2,
    ),
    Practice(
        branch="los-angeles",
        name="Los Angeles San Pedro",
        zone="America/Los_Angeles",
        number="+13105550130",
        customers=(("+1310555{:04}", 140, 199), ("+1213555{:04}", 100, 199)),
        names=("G. Ramirez", "Yuki Tanaka", "D. Abrams", "Lena Ortiz", ""),
        people=_people(
            ("carla", "Carla Mendes", True, _ALL),
            ("noah", "Noah Kessler", True, _ALL),
            ("dana", "Dana Whitfield", False, _ALL),
            ("victor", "Victor Ruiz", False, ("appointments", "pharmacy")),
        ),
        lines=_LINES,
        a_day=29,
        version="0.0.9",
        storage_used=57_300_000_000,
        jitter_ms=27.0,
        cuts=(Cut(days_ago=0.98, hours=14.0, why="TLS: the connection was reset", lacking=2),),
        warnings=("storage: 90 % of the budget is used; recordings stop at 100 %, calls and records go on",),
    ),
)
