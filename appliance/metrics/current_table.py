"""Real-time metrics (reference: metrics.md, section 3). Data only; the rules are in `appliance.metrics.current`."""

from __future__ import annotations

from appliance.metrics.definitions import Api, Metric, Rule, Source, Statistic, Unit


def _now(name: str, title: str, means: str, *, unit: Unit = Unit.COUNT, also: tuple[str, ...] = ()) -> Metric:
    return Metric(
        name=name,
        title=title,
        source=Source.NOW,
        rule=Rule(unit=unit, statistic=Statistic.MAX if unit is Unit.SECONDS else Statistic.SUM, term=name.lower()),
        means=means,
        api=Api.GET_CURRENT_METRIC_DATA,
        also=also,
    )


METRICS: tuple[Metric, ...] = (
    _now("CONTACTS_IN_QUEUE", "Contacts in queue", "waiting; drops when an agent is rung, before the answer"),
    _now(
        "OLDEST_CONTACT_AGE",
        "Oldest contact age",
        "age of the longest waiting contact, in seconds (Connect's own is milliseconds where nothing is grouped)",
        unit=Unit.SECONDS,
    ),
    _now("CONTACTS_SCHEDULED", "Contacts scheduled", "callbacks that wait out their first delay"),
    _now("AGENTS_ONLINE", "Agents online", "status not Offline, custom ones count"),
    _now("AGENTS_STAFFED", "Agents staffed", "online and not in a custom status"),
    _now("AGENTS_AVAILABLE", "Agents available", "could take a contact now: Available, no contact, none missed"),
    _now(
        "AGENTS_ON_CONTACT",
        "Agents on contact",
        "at least one contact connected, on hold or in after contact work",
        also=("AGENTS_ON_CALL",),
    ),
    _now("AGENTS_AFTER_CONTACT_WORK", "Contacts in after contact work", "contacts in after contact work, not agents"),
    _now("AGENTS_ERROR", "Agents in error", "in the missed, rejected or connection failure state"),
    _now("AGENTS_NON_PRODUCTIVE", "Agents non-productive", "in a custom status, also while on a contact"),
    _now("SLOTS_ACTIVE", "Slots active", "slots in use: connected, hold, after contact work; one an agent for voice"),
    _now(
        "SLOTS_AVAILABLE",
        "Slots available",
        "free slots of agents with status Available; a custom status takes the slot away",
    ),
    _now(
        "ESTIMATED_WAIT_TIME",
        "Estimated wait time",
        "what a contact that came now would wait: contacts before it,"
        " over the agents who serve the queue, times the mean handle time of the day; nothing while nobody is"
        " staffed or nothing was handled",
        unit=Unit.SECONDS,
    ),
)
