"""Metrics of what agents did: offers to them, and time in their states (reference: metrics.md, section 2). Data only.

An offer counts when it ended, known once the contact's record is complete; one that was withdrawn is none. Seconds of a
state count in the interval in which they passed.
"""

from __future__ import annotations

from appliance.metrics.definitions import Api, Metric, Source, Statistic, Unit, define, rule

_COUNT, _S, _PCT = Unit.COUNT, Unit.SECONDS, Unit.PERCENT
_R, _T = Source.RINGS, Source.STATES
_N, _SUM, _MEAN = Statistic.COUNT, Statistic.SUM, Statistic.MEAN
_SHARE, _TIME_SHARE = Statistic.SHARE, Statistic.SUM_SHARE

_OFFERS = (
    define(
        _R,
        "AGENT_NON_RESPONSE",
        "Agent non-response",
        rule(_COUNT, _N, "missed"),
        "offers to an agent that were not answered, customers who hung up meanwhile included",
        also=("CONTACTS_MISSED",),
    ),
    define(
        _R,
        "AGENT_NON_RESPONSE_WITHOUT_CUSTOMER_ABANDONS",
        "Agent non-response without customer abandons",
        rule(_COUNT, _N, "missed_by_agent"),
        "as AGENT_NON_RESPONSE, without those",
    ),
    define(
        _R,
        "AGENT_ANSWER_RATE",
        "Agent answer rate",
        rule(_PCT, _SHARE, "accepted", "offered"),
        "offers accepted / offers * 100",
    ),
)


def _connecting() -> tuple[Metric, ...]:
    rows: list[Metric] = []
    for ending, term, words in (
        ("", "connecting", ""),
        ("_INBOUND", "connecting_inbound", " of INBOUND, TRANSFER and QUEUE_TRANSFER contacts"),
        ("_OUTBOUND", "connecting_outbound", " of OUTBOUND contacts: from dialling to connected or given up"),
        ("_CALLBACK", "connecting_callback", " of CALLBACK contacts"),
        ("_API", "connecting_api", " of API contacts"),
    ):
        api = Api.REPORT if ending else Api.GET_METRIC_DATA_V2
        for statistic, prefix, title in ((_SUM, "SUM", "Agent connecting time"), (_MEAN, "AVG", "Average")):
            name = (
                f"{prefix}_AGENT_CONNECTING_TIME{ending}" if prefix == "AVG" else f"SUM_CONNECTING_TIME_AGENT{ending}"
            )
            words_of = f"CONNECTING to CONNECTED, MISSED or ERROR (ring time){words}"
            full = title if prefix == "SUM" else "Average agent connecting time"
            rows.append(
                define(_R, name, full + ending.replace("_", " ").lower(), rule(_S, statistic, term), words_of, api=api)
            )
    return tuple(rows)


_STATES = (
    define(
        _T,
        "AGENT_OCCUPANCY",
        "Occupancy",
        rule(_PCT, Statistic.OCCUPANCY, "on_contact", "idle"),
        "time on contact / (time on contact + idle time) * 100",
        also=("OCCUPANCY",),
    ),
    define(
        _T,
        "SUM_CONTACT_TIME_AGENT",
        "Agent on contact time",
        rule(_S, _SUM, "on_contact"),
        "on a contact, hold and after contact work included; not in a custom status or Offline",
    ),
    define(
        _T,
        "SUM_IDLE_TIME_AGENT",
        "Agent idle time",
        rule(_S, _SUM, "idle"),
        "status Available and no contact: waiting, ringing until accepted (as Connect since 2026), error state",
    ),
    define(_T, "SUM_ONLINE_TIME_AGENT", "Online time", rule(_S, _SUM, "online"), "any status but Offline"),
    define(
        _T,
        "SUM_NON_PRODUCTIVE_TIME_AGENT",
        "Non-productive time",
        rule(_S, _SUM, "non_productive"),
        "in a custom status, also while on a contact",
    ),
    define(
        _T,
        "SUM_ERROR_STATUS_TIME_AGENT",
        "Error status time",
        rule(_S, _SUM, "error"),
        "in the missed or error state, unless Offline",
    ),
    define(
        _T,
        "PERCENT_AGENT_ON_CONTACT_TIME",
        "Agent on contact time, per cent",
        rule(_PCT, _TIME_SHARE, "on_contact", "online"),
        "SUM_CONTACT_TIME_AGENT / SUM_ONLINE_TIME_AGENT * 100",
        api=Api.REPORT,
    ),
    define(
        _T,
        "PERCENT_AGENT_IDLE_TIME",
        "Agent idle time, per cent",
        rule(_PCT, _TIME_SHARE, "idle", "online"),
        "SUM_IDLE_TIME_AGENT / SUM_ONLINE_TIME_AGENT * 100",
        api=Api.REPORT,
    ),
    define(
        _T,
        "PERCENT_NON_PRODUCTIVE_TIME",
        "Non-productive time, per cent",
        rule(_PCT, _TIME_SHARE, "non_productive", "online"),
        "SUM_NON_PRODUCTIVE_TIME_AGENT / SUM_ONLINE_TIME_AGENT * 100",
        api=Api.REPORT,
    ),
)

METRICS: tuple[Metric, ...] = (*_OFFERS, *_connecting(), *_STATES)
