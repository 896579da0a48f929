"""Campaigns, their lists and the numbers that nobody calls, as people change and see them. In the store's thread."""

from __future__ import annotations

import itertools
import re
import uuid
from collections.abc import Callable, Iterable
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from appliance.acd.campaigns import Campaign, Candidate, Window, errand_of
from appliance.acd.errands import Outcome
from appliance.clock import Clock
from appliance.dialplan import DialPlan, e164, is_emergency
from appliance.errors import RequestError
from appliance.ids import ErrandId, FlowId, QueueId
from appliance.stamps import iso_utc
from appliance.store.do_not_call import EVERYWHERE
from appliance.store.store import Store
from appliance.switchboard import requests as ask
from appliance.switchboard.api.changes import Change
from appliance.switchboard.api.listings import Row, missing
from appliance.switchboard.errands.showing import show_errand

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"([a-z]{3})(?:-([a-z]{3}))? ([0-2]?[0-9]):([0-5][0-9])-([0-2]?[0-9]):([0-5][0-9])")
_DONE = ("done", "failed", "cancelled")
Work = Callable[[Store, Any], Change]


def operations(plan: DialPlan, clock: Clock) -> dict[str, tuple[type[ask.Arguments], Work]]:
    """By name; `plan`: whom the box may call, but for its extensions."""
    return {
        "campaign.add": (ask.CampaignAdd, lambda s, a: add_campaign(s, clock, a)),
        "campaign.import": (ask.CampaignImport, lambda s, a: import_list(s, plan, clock, a)),
        "campaign.start": (ask.CampaignNamed, lambda s, a: run_campaign(s, a, running=True)),
        "campaign.stop": (ask.CampaignNamed, lambda s, a: run_campaign(s, a, running=False)),
        "campaign.list": (ask.Nothing, lambda s, _: Change(result=[_shown(s, found) for found in s.campaigns.all()])),
        "campaign.show": (ask.CampaignShow, show_campaign),
        "campaign.remove": (ask.CampaignNamed, remove_campaign),
        "dnc.add": (ask.DoNotCallChange, lambda s, a: strike(s, plan, clock, a)),
        "dnc.remove": (ask.DoNotCallNumber, lambda s, a: unstrike(s, plan, a)),
        "dnc.check": (ask.DoNotCallNumber, lambda s, a: check(s, plan, a)),
    }


def add_campaign(store: Store, clock: Clock, given: ask.CampaignAdd) -> Change:
    before = store.campaigns.get(given.campaign)
    if before is None and given.queue is None:
        raise RequestError("a campaign needs a queue, whose agents call")
    base = before or Campaign(campaign=given.campaign, queue=QueueId(given.queue or ""), created=clock())
    if given.queue is not None and store.queues.get(QueueId(given.queue)) is None:
        raise missing("queue", given.queue)
    if given.flow and store.flows.active(FlowId(given.flow)) is None:
        raise missing("flow", given.flow)
    changed: dict[str, Any] = {
        "queue": given.queue,
        "attempts": given.attempts,
        "pause_s": given.pause_s,
        "pauses_s": None if given.pauses_s is None else {_outcome(name): s for name, s in given.pauses_s.items()},
        "again_s": given.again_s,
        "never": given.never,
        "windows": None if given.hours is None else tuple(map(_window, given.hours)),
        "zone": None if given.zone is None else _zone(given.zone),
        "preview": given.preview,
        "caller_id": given.caller_id,
    }
    made = msgspec.structs.replace(base, **{name: value for name, value in changed.items() if value is not None})
    if given.flow is not None:
        made = msgspec.structs.replace(made, flow=FlowId(given.flow) if given.flow else None)
    store.campaigns.put(made)
    return Change(result=_shown(store, made))


def run_campaign(store: Store, given: ask.CampaignNamed, *, running: bool) -> Change:
    changed = msgspec.structs.replace(_known(store, given.campaign), running=running)
    store.campaigns.put(changed)
    return Change(result=_shown(store, changed))


def remove_campaign(store: Store, given: ask.CampaignNamed) -> Change:
    """Not while somebody is being called for it. Records of its contacts stay."""
    found = _known(store, given.campaign)
    busy = [errand for errand in store.errands.under_way() if errand.campaign == given.campaign]
    if found.running or busy:
        raise RequestError(f"campaign {given.campaign} is running; stop it first", kind="conflict")
    store.campaigns.remove(given.campaign)
    return Change(result={"campaign": given.campaign})


def show_campaign(store: Store, given: ask.CampaignShow) -> Change:
    """As listed, with its outcomes and the records in the list's order."""
    found = _known(store, given.campaign)
    progress = store.campaigns.progress(given.campaign)
    outcomes = [
        {"outcome": name.removeprefix("outcome:"), "records": count}
        for name, count in sorted(progress.items())
        if name.startswith("outcome:")
    ]
    records = [show_errand(errand) for errand in store.campaigns.records(given.campaign, limit=given.limit)]
    return Change(result={**_shown(store, found), "outcomes": outcomes, "list": records})


def import_list(store: Store, plan: DialPlan, clock: Clock, given: ask.CampaignImport) -> Change:
    """All good rows, in one transaction; the bad ones with line and reason. A number is on a list once."""
    from appliance.switchboard.errands.lists import BadRow, read_list  # big tables

    campaign = _known(store, given.campaign)
    known = store.campaigns.numbers(campaign.campaign)
    whole = msgspec.structs.replace(plan, extensions={entry.extension: entry.agent for entry in store.extensions.all()})
    rejected: list[Row] = []
    imported = 0
    now = clock()
    for line, row in _lines(read_list(given.text, whole, campaign.zone)):
        if isinstance(row, BadRow):
            rejected.append({"line": row.line, "reason": row.reason})
            continue
        why = _unwanted(store, campaign, row, known)
        if why:
            rejected.append({"line": line, "reason": why})
            continue
        known.add(row.number)
        store.errands.put(errand_of(campaign, row, ErrandId(str(uuid.uuid4())), now))
        imported += 1
    return Change(result={"campaign": campaign.campaign, "imported": imported, "rejected": rejected})


def strike(store: Store, plan: DialPlan, clock: Clock, given: ask.DoNotCallChange) -> Change:
    """`added` numbers are new on the list; `rejected` are none. `errands`: records that are not to be called now."""
    campaign = EVERYWHERE if given.campaign is None else _known(store, given.campaign).campaign
    numbers: list[str] = []
    rejected: list[Row] = []
    for line, text in enumerate(given.numbers, 1):
        number = e164(text.strip(), plan.region)
        if number is None:
            rejected.append({"line": line, "reason": f"{text[:40]!r} is no phone number of {plan.region}"})
        else:
            numbers.append(number)
    added = store.do_not_call.add(numbers, campaign, clock(), note=given.note)
    hit = [errand.errand for number in added for errand in store.campaigns.of_number(number, campaign)]
    return Change(
        result={"added": len(added), "known": len(numbers) - len(added), "rejected": rejected, "errands": hit}
    )


def unstrike(store: Store, plan: DialPlan, given: ask.DoNotCallNumber) -> Change:
    number = _number(plan, given.number)
    if not store.do_not_call.remove(number, given.campaign or EVERYWHERE):
        raise RequestError(f"{number} is not on that list; see 'linekeeper dnc check {number}'", kind="not_found")
    return Change(result={"number": number, "campaign": given.campaign})


def check(store: Store, plan: DialPlan, given: ask.DoNotCallNumber) -> Change:
    """number, callable, lists: [campaign (None: all), note, added]."""
    number = given.number if is_emergency(given.number, plan.region) else _number(plan, given.number)
    lists = [
        {"campaign": row["campaign"] or None, "note": row["note"], "added": iso_utc(row["added_wall_s"])}
        for row in store.do_not_call.lists_of(number)
    ]
    forbidden = is_emergency(number, plan.region) or store.do_not_call.forbids(number, given.campaign or EVERYWHERE)
    return Change(result={"number": number, "callable": not forbidden, "lists": lists})


def _unwanted(store: Store, campaign: Campaign, row: Candidate, known: set[str]) -> str:
    if row.number in known:
        return f"{row.number} is on the list already"
    if store.do_not_call.forbids(row.number, campaign.campaign):
        return f"{row.number} is on a do-not-call list"
    return ""


def _lines(rows: Iterable[Any]) -> Iterable[tuple[int, Any]]:
    """With the line of the file for good rows too: the header is the first."""
    return zip(itertools.count(2), rows, strict=False)


def _shown(store: Store, campaign: Campaign) -> Row:
    progress = store.campaigns.progress(campaign.campaign)
    states = {name: count for name, count in progress.items() if not name.startswith("outcome:")}
    return {
        "campaign": campaign.campaign,
        "queue": campaign.queue,
        "state": "running" if campaign.running else "stopped",
        "records": sum(states.values()),
        "to_call": states.get("scheduled", 0),
        "under_way": sum(count for name, count in states.items() if name not in (*_DONE, "scheduled")),
        **{name: states.get(name, 0) for name in _DONE},
        "attempts": campaign.attempts,
        "pause_s": campaign.pause_s,
        "pauses_s": {outcome.value: seconds for outcome, seconds in campaign.pauses_s.items()},
        "again_s": campaign.again_s,
        "never": list(campaign.never),
        "hours": [_hours(window) for window in campaign.windows],
        "zone": campaign.zone,
        "preview": campaign.preview,
        "flow": campaign.flow,
        "caller_id": campaign.caller_id or None,
    }


def _known(store: Store, name: str) -> Campaign:
    found = store.campaigns.get(name)
    if found is None:
        raise missing("campaign", name)
    return found


def _number(plan: DialPlan, text: str) -> str:
    number = e164(text.strip(), plan.region)
    if number is None:
        raise RequestError(f"{text[:40]!r} is no phone number of {plan.region}; write it as +CC…")
    return number


def _outcome(name: str) -> Outcome:
    try:
        return Outcome(name)
    except ValueError:
        raise RequestError(f"there is no outcome {name!r}; there are {', '.join(Outcome)}") from None


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise RequestError(f"there is no time zone {name[:40]!r}; write it as Asia/Seoul") from None
    return name


def _window(text: str) -> Window:
    found = _HOURS.fullmatch(text.strip().lower())
    first, last = (found[1], found[2] or found[1]) if found else ("", "")
    if found is None or first not in DAYS or last not in DAYS:
        raise RequestError(f"{text[:40]!r} are no hours; write them as 'mon-fri 09:00-20:00' or 'sat 10:00-14:00'")
    start_min, end_min = int(found[3]) * 60 + int(found[4]), int(found[5]) * 60 + int(found[6])
    if not 0 <= start_min < end_min <= 24 * 60:
        raise RequestError(f"{text[:40]!r}: the end must come after the beginning, at 24:00 the latest")
    begin, end = DAYS.index(first), DAYS.index(last)
    days = tuple(day % 7 for day in range(begin, (end if end >= begin else end + 7) + 1))
    return Window(weekdays=days, start_min=start_min, end_min=end_min)


def _hours(window: Window) -> str:
    first, last = DAYS[window.weekdays[0]], DAYS[window.weekdays[-1]]
    days = first if len(window.weekdays) == 1 else f"{first}-{last}"
    times = "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in (window.start_min, window.end_min))
    return f"{days} {times}"
