"""Who wins: the console where nobody has touched it since, the technician otherwise, unless an admin says so."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from appliance.cloud.orders import Item, ItemKind
from appliance.sync.down.three_way import Decision, Found, decide

Content = dict[str, Any]
KEY = ("queue", "sales")


def one(
    content: Content | None,
    local: Content | None,
    before: Content | None,
    *,
    overwrite: bool = False,
    kind: ItemKind = ItemKind.QUEUE,
) -> Decision:
    item = Item(kind=kind, name="sales", content=content, overwrite=overwrite)
    shown = local if local is None or content is None else {name: local.get(name) for name in content}
    found = Found(kind=kind.value, name="sales", there=local is not None, local=shown, desired=content)
    return decide([item], [found], {} if before is None else {(kind.value, "sales"): before})


def changed(decision: Decision) -> list[Content | None]:
    return [item.content for item in decision.apply]


def test_decide_when_it_is_new_then_all_of_it_is_applied() -> None:
    decision = one({"name": "Sales", "wrap_up_s": 5}, None, None)
    assert changed(decision) == [{"name": "Sales", "wrap_up_s": 5}]
    assert decision.applied == {KEY: {"name": "Sales", "wrap_up_s": 5}}


def test_decide_when_nobody_touched_it_then_only_what_differs_is_applied() -> None:
    decision = one({"name": "New", "wrap_up_s": 5}, {"name": "Old", "wrap_up_s": 5}, {"name": "Old", "wrap_up_s": 5})
    assert (changed(decision), decision.drift) == ([{"name": "New"}], ())


def test_decide_when_the_technician_changed_a_key_then_it_is_kept_and_told_and_the_rest_applied() -> None:
    before = {"name": "Old", "wrap_up_s": 5}
    decision = one({"name": "New", "wrap_up_s": 9}, {"name": "Mine", "wrap_up_s": 5}, before)
    assert changed(decision) == [{"wrap_up_s": 9}]
    (drift,) = decision.drift
    assert (drift.local, drift.desired) == ({"name": "Mine"}, {"name": "New"})
    assert decision.applied == {KEY: {"name": "Old", "wrap_up_s": 9}}  # "Old" is what the console last gave


def test_decide_when_it_was_there_before_the_console_then_it_is_the_technicians() -> None:
    decision = one({"name": "New"}, {"name": "Mine"}, None)
    assert (changed(decision), len(decision.drift)) == ([], 1)


def test_decide_when_a_whole_thing_was_changed_then_nothing_of_it_is_applied() -> None:
    before = {"type": "QUEUE", "target": "a"}
    decision = one(
        {"type": "QUEUE", "target": "b"}, {"type": "USER", "target": "a"}, before, kind=ItemKind.QUICK_CONNECT
    )
    assert (changed(decision), len(decision.drift)) == ([], 1)


def test_decide_when_an_admin_overwrites_then_the_local_change_goes() -> None:
    decision = one({"name": "New"}, {"name": "Mine"}, {"name": "Old"}, overwrite=True)
    assert (changed(decision), decision.drift) == ([{"name": "New"}], ())


def test_decide_when_the_technician_removed_it_then_it_stays_away() -> None:
    decision = one({"name": "New"}, None, {"name": "Old"})
    assert changed(decision) == []
    assert decision.drift[0].local is None
    assert changed(one({"name": "New"}, None, {"name": "Old"}, overwrite=True)) == [{"name": "New"}]


def test_decide_when_the_console_takes_it_away_then_only_its_own_goes() -> None:
    assert changed(one(None, {"name": "Old", "more": 1}, {"name": "Old"})) == [None]
    assert changed(one(None, {"name": "Mine"}, {"name": "Old"})) == []
    assert changed(one(None, {"name": "Mine"}, None)) == []
    assert changed(one(None, {"name": "Mine"}, None, overwrite=True)) == [None]
    assert one(None, None, {"name": "Old"}).applied == {}


def test_decide_when_it_cannot_be_compared_then_it_has_failed() -> None:
    item = Item(kind=ItemKind.PROMPT, name="x", content={})
    found = Found(kind="prompt", name="x", there=False, error="no file")
    assert decide([item], [found], {}).failed == {"prompt/x": "no file"}


contents = st.dictionaries(st.sampled_from("abc"), st.integers(0, 2))


@given(contents, st.none() | contents, st.none() | contents)
def test_decide_when_it_was_carried_out_then_the_second_time_changes_nothing(
    desired: Content, local: Content | None, before: Content | None
) -> None:
    first = one(desired, local, before)
    after = local
    for item in first.apply:
        after = {**(local or {}), **(item.content or {})}
    again = one(desired, after, first.applied.get(KEY))
    assert again.apply == ()
    assert again.drift == first.drift


@given(contents, contents, st.none() | contents)
def test_decide_when_the_technician_differs_from_the_last_time_then_no_key_of_theirs_is_lost(
    desired: Content, local: Content, before: Content | None
) -> None:
    for item in one(desired, local, before).apply:
        for name in item.content or {}:
            assert local.get(name) == (before or {}).get(name)


@given(contents, contents, st.none() | contents)
def test_decide_when_overwritten_then_the_box_is_as_wanted(
    desired: Content, local: Content, before: Content | None
) -> None:
    decision = one(desired, local, before, overwrite=True)
    after = {**local, **{name: value for item in decision.apply for name, value in (item.content or {}).items()}}
    assert {name: after.get(name) for name in desired} == desired
    assert decision.drift == ()
