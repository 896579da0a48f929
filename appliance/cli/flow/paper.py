"""The caller and the box of a simulation, from options: what both `run` and `test` take."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import click
import msgspec

from appliance.cli.flow.box import KnownBox, joined
from appliance.flow.bundle import Bundle
from appliance.flow.facts import ContactFacts, Library, QueueFacts
from appliance.flow.hours_model import Hours, Opening
from appliance.flow.resources import Resource, missing
from appliance.flow.simulator import World
from appliance.ids import AgentId, QueueId

NO_CONTACT = "00000000-0000-0000-0000-000000000000"
ALWAYS = Hours(openings=tuple(Opening(weekday=day, start_min=0, end_min=0) for day in range(7)))
NEVER = Hours()
Function = TypeVar("Function", bound=Callable[..., object])
_OUTCOMES = ("Completed", "CallFailed", "ConnectionTimeLimitExceeded")


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for on the command line; texts are `NAME=VALUE`."""

    at: str | None
    metrics: tuple[str, ...]
    functions: tuple[str, ...]
    attributes: tuple[str, ...]
    overrides: tuple[str, ...]
    caller: str
    called: str
    queue: str | None
    opened: bool | None
    queue_full: bool
    third_party: str
    number: int


def paper_options(function: Function) -> Function:
    """The options of `Paper`, passed as keyword arguments of its fields."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option("--at", metavar="TIME", help="The clock, as 2026-12-24T16:30 (local) or with +09:00; default: now."),
    click.option("--metric", "metrics", multiple=True, metavar="NAME=VALUE", help="$.Metrics: Queue.Size=3 …"),
    click.option("--function", "functions", multiple=True, metavar="NAME=JSON", help="A function's answer."),
    click.option("--attribute", "attributes", multiple=True, metavar="NAME=VALUE", help="A contact attribute."),
    click.option(
        "--override", "overrides", multiple=True, metavar="PATH=VALUE", help="Any reference: Agent.UserName=k"
    ),
    click.option("--from", "caller", default="+12025550100", show_default=True, help="The caller's number."),
    click.option("--to", "called", default="+12025550199", show_default=True, help="The number that was called."),
    click.option("--queue", help="The queue the contact is in already, as in a queue flow."),
    click.option("--open/--closed", "opened", default=None, help="All hours are open or closed, whatever the time."),
    click.option("--queue-full", is_flag=True, help="No queue has room."),
    click.option(
        "--third-party", type=click.Choice(_OUTCOMES), default="Completed", help="How a call to a third party ends."
    ),
    click.option("--number", type=click.IntRange(1, 100), default=50, help="What a distribution by percentage draws."),
)


def facts_of(paper: Paper, box: KnownBox | None) -> ContactFacts:
    """The contact. Raises click.UsageError for what can't be read."""
    return ContactFacts(
        queue=None if paper.queue is None else QueueId(paper.queue),
        queue_name=paper.queue or "",
        contact_id=NO_CONTACT,
        initial_contact_id=NO_CONTACT,
        customer_endpoint=paper.caller,
        system_endpoint=paper.called,
        attributes=_pairs(paper.attributes, "--attribute"),
        overrides=_pairs(paper.overrides, "--override"),
        metrics=_pairs(paper.metrics, "--metric"),
        region=box.region if box is not None else "US",
        language=box.language if box is not None else "en-US",
        epoch_s=_wall_s(paper.at),
    )


def world_of(paper: Paper) -> World:
    """How the box answers. Raises click.UsageError for what can't be read."""
    return World(
        metrics=_pairs(paper.metrics, "--metric"),
        functions={name: _json(name, text) for name, text in _pairs(paper.functions, "--function").items()},
        queue_error="QueueAtCapacity" if paper.queue_full else "",
        number=paper.number,
        third_party=paper.third_party,
    )


def library_for(paper: Paper, bundle: Bundle, box: KnownBox | None) -> tuple[Library, list[str]]:
    """What the flows find. Without a box, queues and agents they name are taken as there; notes say so."""
    library = joined(bundle, box)
    functions = {name: name for name in _pairs(paper.functions, "--function")}
    library = msgspec.structs.replace(library, functions={**library.functions, **functions})
    notes: list[str] = []
    if box is None:
        library, notes = _assumed(library, bundle, paper.queue)
    if paper.opened is not None:
        library = _with_hours(library, bundle, ALWAYS if paper.opened else NEVER)
    return library, notes


def _assumed(library: Library, bundle: Bundle, queue: str | None) -> tuple[Library, list[str]]:
    named = [*_lacking(bundle, library, Resource.QUEUE), *([queue] if queue and queue not in library.queues else [])]
    queues = {name: QueueFacts(queue=QueueId(name)) for name in named}
    agents = {name: AgentId(name) for name in _lacking(bundle, library, Resource.AGENT)}
    if not (queues or agents):
        return library, []
    said = ", ".join([*queues, *agents])
    taken = msgspec.structs.replace(library, queues={**library.queues, **queues}, agents={**library.agents, **agents})
    return taken, [f"no box to ask: {said} is taken as being there"]


def _with_hours(library: Library, bundle: Bundle, hours: Hours) -> Library:
    """Every calendar there is or that flows name; queues without hours get some."""
    named = {name: hours for name in (*library.hours, *_lacking(bundle, library, Resource.HOURS), "any")}
    queues = {
        name: msgspec.structs.replace(queue, hours=queue.hours or "any") for name, queue in library.queues.items()
    }
    return msgspec.structs.replace(library, hours=named, queues=queues)


def _lacking(bundle: Bundle, library: Library, kind: Resource) -> list[str]:
    flows = [*bundle.flows.values(), *bundle.modules.values()]
    found = (need for flow in flows for need in missing(flow, library) if need.resource is kind)
    return list(dict.fromkeys(library.names.get(need.reference, need.reference) for need in found))


def _wall_s(text: str | None) -> float:
    try:
        return (datetime.now() if text is None else datetime.fromisoformat(text)).timestamp()
    except (ValueError, OverflowError) as error:
        raise click.UsageError(f"--at {text!r} is no time; write 2026-12-24T16:30 or with an offset, +09:00") from error


def _pairs(texts: Iterable[str], option: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not (name and sign):
            raise click.UsageError(f"{option} {text!r} is no NAME=VALUE")
        found[name] = value
    return found


def _json(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise click.UsageError(f"--function {name}: {text!r:.60} is no JSON ({error})") from error
