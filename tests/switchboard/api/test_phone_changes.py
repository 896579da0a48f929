"""Settings of extensions, groups and the directory by the local API: what is refused, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from appliance.clock import now
from appliance.config.paths import BoxPaths
from appliance.dialplan import ExtensionPlan, GroupPlan, Strategy
from appliance.errors import RequestError
from appliance.ids import Extension
from appliance.store import Store, StoredExtension
from appliance.switchboard.api.administration import Administration

Box = Callable[..., Any]


@pytest.fixture
def store() -> Any:
    with Store.in_memory() as opened:
        for extension in ("101", "102", "103"):
            opened.extensions.put(StoredExtension(extension=Extension(extension)))
        yield opened


@pytest.fixture
def box(store: Store, tmp_path: Any) -> Box:
    """The result of an operation."""
    administration = Administration(BoxPaths(data=tmp_path, run=tmp_path), "box", now, region="US")
    return lambda op, **args: administration.perform(store, op, args).result


def refusal(box: Box, op: str, **args: Any) -> str:
    with pytest.raises(RequestError) as caught:
        box(op, **args)
    return f"{caught.value.kind}: {caught.value}"


def test_extension_when_set_keeps_what_is_not_said(box: Box, store: Store) -> None:
    box("extension.set", extension="101", busy="102", ring_s=7)
    shown = box("extension.set", extension="101", do_not_disturb=True)
    assert shown["do_not_disturb"] is True
    stored = store.extensions.get(Extension("101"))
    assert stored is not None
    assert stored.settings == ExtensionPlan(busy="102", ring_s=7, do_not_disturb=True)
    assert box("extension.set", extension="101", busy="")["busy"] is None


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("+14155550123", "refused: +14155550123 is an outside number; allow it with --outside"),
        ("4155550123", "refused: 4155550123 is an outside number"),
        ("911", "reserved: 911 is an emergency number"),
        ("queue:none", "not_found: there is no queue none"),
        ("group:none", "not_found: there is no group none"),
        ("what:ever", "invalid: arguments can't be used"),
        ("a b", "invalid: arguments can't be used"),
    ],
)
def test_forward_when_it_leads_nowhere_is_refused(box: Box, target: str, why: str) -> None:
    assert refusal(box, "extension.set", extension="101", always=target).startswith(why)


def test_forward_when_outside_numbers_are_allowed_is_taken_and_never_to_an_emergency_number(box: Box) -> None:
    assert box("extension.set", extension="101", always="4155550123", outside=True)["always"] == "4155550123"
    assert refusal(box, "extension.set", extension="101", always="112").startswith("reserved")
    assert refusal(box, "extension.set", extension="101", always="+1911").startswith("reserved")
    assert refusal(box, "extension.set", extension="999", always="101").startswith("not_found: there is no extension")


def test_group_when_added_and_changed_keeps_what_is_not_said(box: Box, store: Store) -> None:
    box("group.add", group="desk", number="250", members=["101", "102"], label="Desk")
    box("group.add", group="desk", strategy="order", fallback="103")
    assert store.groups.all() == [
        GroupPlan(
            group="desk",
            number="250",
            strategy=Strategy.ORDER,
            members=("101", "102"),
            fallback="103",
            label="Desk",
        )
    ]
    assert box("group.list")[0]["members"] == ["101", "102"]
    box("group.remove", group="desk")
    assert refusal(box, "group.remove", group="desk").startswith("not_found: there is no group desk")


@pytest.mark.parametrize(
    ("args", "why"),
    [
        ({}, "invalid: group g has 0 members"),
        ({"members": [str(number) for number in range(100, 125)]}, "invalid: group g has 25 members"),
        ({"members": ["999999"]}, "not_found: member 999999 is no extension"),
        ({"members": ["4155550123"]}, "not_found: member 4155550123 is no extension"),
        ({"members": ["911"], "strategy": "order"}, "not_found: member 911"),
        ({"members": ["101"], "number": "102"}, "conflict: number 102 is an extension"),
        ({"members": ["101"], "number": "911"}, "reserved: extension 911"),
        ({"members": ["101"], "number": "251"}, "conflict: number 251 is group other's"),
        ({"members": ["101"], "strategy": "any"}, "invalid: there is no strategy 'any'"),
    ],
)
def test_group_when_it_could_not_work_is_refused(box: Box, args: dict[str, Any], why: str) -> None:
    box("group.add", group="other", number="251", members=["101"])
    assert refusal(box, "group.add", group="g", **args).startswith(why)


def test_group_when_it_rings_in_turn_may_have_members_outside(box: Box) -> None:
    shown = box("group.add", group="g", members=["101", "4155550123"], strategy="round-robin")
    assert shown["members"] == ["101", "4155550123"]


def test_directory_when_numbers_are_written_in_any_way_keeps_them_as_one(box: Box) -> None:
    assert box("directory.add", names={"(415) 555-0123": "Kim"}) == {"added": 1, "names": 1}
    assert box("directory.add", names={"+14155550123": "Kim Minsu", "4155550124": "Lee"})["names"] == 2
    assert box("directory.search", text="KIM") == [{"number": "+14155550123", "name": "Kim Minsu"}]
    assert box("directory.add", names={"4155550125": "Ann"}, replace=True) == {"added": 1, "names": 1}
    assert box("directory.remove", number="415-555-0125") == {"number": "+14155550125"}
    assert refusal(box, "directory.remove", number="415-555-0125").startswith("not_found: 415-555-0125 has no name")


def test_directory_when_one_number_is_none_takes_none(box: Box, store: Store) -> None:
    why = refusal(box, "directory.add", names={"4155550123": "Kim", "x": "Lee"})
    assert why.startswith("invalid: 1 numbers can't be numbers of US: 'x'")
    assert store.directory.count() == 0
