"""Historical metrics from contact records (reference: metrics.md, section 1). Data only.

Short words in the rules: enq = Queue.EnqueueTimestamp, dur = Queue.Duration, conn = ConnectedToAgentTimestamp (never of
a MONITOR contact), next = NextContactId, pds = PreDisconnectState, tct = TransferCompletedTimestamp.
"""

from __future__ import annotations

from appliance.metrics.definitions import Api, Metric, Source, Statistic, Unit, define, rule

_COUNT, _S, _PCT = Unit.COUNT, Unit.SECONDS, Unit.PERCENT
_OLD, _REPORT = Api.GET_METRIC_DATA, Api.REPORT
_C, _E, _A = Source.CONTACTS, Source.ENQUEUED, Source.CONNECTED
_N, _SUM, _MEAN, _MAX, _SHARE = Statistic.COUNT, Statistic.SUM, Statistic.MEAN, Statistic.MAX, Statistic.SHARE

_INCOMING = "InitiationMethod INBOUND, TRANSFER or QUEUE_TRANSFER"
_ABANDONED = "enq, no conn, no next, and not (pds IN_QUEUE with tct)"

_COUNTS = (
    define(_C, "CONTACTS_CREATED", "Contacts created", rule(_COUNT, _N, "created"), "every record"),
    define(
        _C,
        "CONTACTS_INCOMING",
        "Contacts incoming",
        rule(_COUNT, _N, "incoming"),
        f"records with {_INCOMING}",
        api=_OLD,
    ),
    define(_C, "CONTACTS_QUEUED", "Contacts queued", rule(_COUNT, _N, "queued"), "enq"),
    define(
        _E,
        "CONTACTS_QUEUED_BY_ENQUEUE",
        "Contacts queued (enqueue timestamp)",
        rule(_COUNT, _N, "queued"),
        "enq, counted when the contact is queued",
    ),
    define(_C, "CONTACTS_HANDLED", "Contacts handled", rule(_COUNT, _N, "handled"), "conn"),
    define(
        _A,
        "CONTACTS_HANDLED_BY_CONNECTED_TO_AGENT",
        "Contacts handled (connected to agent timestamp)",
        rule(_COUNT, _N, "handled"),
        "conn, counted when the agent is connected",
    ),
    define(
        _C,
        "CONTACTS_HANDLED_INCOMING",
        "Contacts handled incoming",
        rule(_COUNT, _N, "handled_incoming"),
        f"conn and {_INCOMING}",
        api=_OLD,
    ),
    define(
        _C,
        "CONTACTS_HANDLED_OUTBOUND",
        "Contacts handled outbound",
        rule(_COUNT, _N, "handled_outbound"),
        "conn and InitiationMethod OUTBOUND",
        api=_OLD,
    ),
    define(
        _C,
        "CALLBACK_CONTACTS_HANDLED",
        "Callback contacts handled",
        rule(_COUNT, _N, "handled_callback"),
        "conn and InitiationMethod CALLBACK",
        api=_OLD,
    ),
    define(
        _C,
        "API_CONTACTS_HANDLED",
        "API contacts handled",
        rule(_COUNT, _N, "handled_api"),
        "conn and InitiationMethod API",
        api=_OLD,
    ),
    define(
        _C,
        "CONTACTS_ABANDONED",
        "Contacts abandoned",
        rule(_COUNT, _N, "abandoned"),
        f"{_ABANDONED}; a contact queued for callback has next, so it is none",
    ),
    define(
        _C,
        "ABANDONMENT_RATE",
        "Abandonment rate",
        rule(_PCT, _SHARE, "abandoned", "queued"),
        "contacts abandoned / contacts queued * 100",
    ),
    define(
        _C,
        "SUM_CONTACTS_ABANDONED_IN_X",
        "Contacts abandoned in X seconds",
        rule(_COUNT, _N, "abandoned_within"),
        f"{_ABANDONED}, and dur < X",
        threshold=True,
    ),
    define(
        _C,
        "SUM_CONTACTS_ANSWERED_IN_X",
        "Contacts answered in X seconds",
        rule(_COUNT, _N, "answered_within"),
        "conn, enq, and dur < X",
        threshold=True,
    ),
    define(
        _C,
        "CONTACTS_REMOVED_FROM_QUEUE_IN_X",
        "Contacts removed from queue in X seconds",
        rule(_COUNT, _N, "removed_within"),
        "dur < X: answered, abandoned or callback requested",
        api=_REPORT,
        threshold=True,
    ),
    define(
        _C,
        "SERVICE_LEVEL",
        "Service level X",
        rule(_PCT, _SHARE, "removed_within", "queued"),
        "removed from queue in X / contacts queued * 100; who abandons inside X counts as met",
        threshold=True,
    ),
)
_TIMES = (
    define(
        _C,
        "AVG_QUEUE_ANSWER_TIME",
        "Average queue answer time",
        rule(_S, _MEAN, "answer_time"),
        "mean of dur where conn, enq and dur; IVR time is not in it",
        also=("QUEUE_ANSWER_TIME", "ASA"),
    ),
    define(
        _C,
        "AVG_ABANDON_TIME",
        "Average queue abandon time",
        rule(_S, _MEAN, "abandon_time"),
        "mean of dur over abandoned contacts",
        also=("ABANDON_TIME",),
    ),
    define(
        _C,
        "MAX_QUEUED_TIME",
        "Maximum queued time",
        rule(_S, _MAX, "queued_time"),
        "longest dur of all queued contacts",
        also=("QUEUED_TIME",),
    ),
    define(
        _C,
        "AVG_HANDLE_TIME",
        "Average handle time",
        rule(_S, _MEAN, "handle_time"),
        "per record the sum of those present of interaction, hold, after contact work and pause; mean over records"
        " that have one of them",
        also=("HANDLE_TIME", "AHT"),
    ),
    define(_C, "SUM_HANDLE_TIME", "Contact handle time", rule(_S, _SUM, "handle_time"), "as AVG_HANDLE_TIME, summed"),
    define(
        _C,
        "SUM_INTERACTION_TIME",
        "Agent interaction time",
        rule(_S, _SUM, "interaction_time"),
        "AgentInteractionDuration where it and conn exist, summed",
    ),
    define(
        _C,
        "AVG_INTERACTION_TIME",
        "Average agent interaction time",
        rule(_S, _MEAN, "interaction_time"),
        "AgentInteractionDuration where it and conn exist, mean",
        also=("INTERACTION_TIME",),
    ),
    define(
        _C,
        "SUM_INTERACTION_AND_HOLD_TIME",
        "Agent interaction and hold time",
        rule(_S, _SUM, "interaction_and_hold"),
        "AgentInteractionDuration + CustomerHoldDuration, skipped if there is neither; summed",
    ),
    define(
        _C,
        "AVG_INTERACTION_AND_HOLD_TIME",
        "Average agent interaction and customer hold time",
        rule(_S, _MEAN, "interaction_and_hold"),
        "as SUM_INTERACTION_AND_HOLD_TIME, mean",
        also=("INTERACTION_AND_HOLD_TIME",),
    ),
    define(
        _C,
        "SUM_AFTER_CONTACT_WORK_TIME",
        "After contact work time",
        rule(_S, _SUM, "wrap_up_time"),
        "AfterContactWorkDuration, summed",
    ),
    define(
        _C,
        "AVG_AFTER_CONTACT_WORK_TIME",
        "Average after contact work time",
        rule(_S, _MEAN, "wrap_up_time"),
        "AfterContactWorkDuration, mean",
        also=("AFTER_CONTACT_WORK_TIME",),
    ),
    define(
        _C,
        "AVG_HOLD_TIME",
        "Average customer hold time",
        rule(_S, _MEAN, "hold_time"),
        "mean CustomerHoldDuration of contacts that were put on hold",
        also=("HOLD_TIME",),
    ),
    define(
        _C,
        "AVG_HOLD_TIME_ALL_CONTACTS",
        "Average customer hold time, all contacts",
        rule(_S, _MEAN, "hold_time_of_all"),
        "mean CustomerHoldDuration of all contacts that have one",
    ),
    define(
        _C, "AVG_HOLDS", "Average holds", rule(_COUNT, _MEAN, "holds"), "mean NumberOfHolds of all records, none is 0"
    ),
    define(_C, "CONTACTS_PUT_ON_HOLD", "Contacts put on hold", rule(_COUNT, _N, "put_on_hold"), "NumberOfHolds > 0"),
    define(
        _C,
        "SUM_CONTACT_FLOW_TIME",
        "Contact flow time (IVR)",
        rule(_S, _SUM, "flow_time"),
        "INBOUND, TRANSFER, QUEUE_TRANSFER, API: from ConnectedToSystemTimestamp to enq, else tct, else"
        " DisconnectTimestamp, never negative; 0 without ConnectedToSystemTimestamp",
    ),
    define(
        _C,
        "AVG_RESOLUTION_TIME",
        "Average resolution time",
        rule(_S, _MEAN, "resolution_time"),
        "the later of AfterContactWorkEndTimestamp and DisconnectTimestamp, less InitiationTimestamp; mean",
        also=("AVG_CONTACT_DURATION",),
    ),
)
_ENDS = (
    define(
        _C,
        "CONTACTS_HOLD_ABANDONS",
        "Contacts hold disconnect",
        rule(_COUNT, _N, "hold_ended"),
        "conn and pds CONNECTED_ONHOLD",
    ),
    define(
        _C,
        "CONTACTS_HOLD_AGENT_DISCONNECT",
        "Contacts agent hold disconnect",
        rule(_COUNT, _N, "hold_ended_by_agent"),
        "conn, pds CONNECTED_ONHOLD, DisconnectReason AGENT_DISCONNECT",
        api=_REPORT,
    ),
    define(
        _C,
        "CONTACTS_HOLD_CUSTOMER_DISCONNECT",
        "Contacts customer hold disconnect",
        rule(_COUNT, _N, "hold_ended_by_customer"),
        "conn, pds CONNECTED_ONHOLD, DisconnectReason CUSTOMER_DISCONNECT",
        api=_REPORT,
    ),
    define(
        _C,
        "CONTACTS_AGENT_HUNG_UP_FIRST",
        "Agent hung up first",
        rule(_COUNT, _N, "agent_hung_up"),
        "conn and DisconnectReason AGENT_DISCONNECT",
        api=_OLD,
    ),
    define(
        _C,
        "SUM_CONTACTS_DISCONNECTED",
        "Contacts disconnected",
        rule(_COUNT, _N, "disconnected_in_queue"),
        "pds IN_QUEUE",
    ),
)
_TRANSFERS = (
    define(
        _C,
        "CONTACTS_TRANSFERRED_IN",
        "Contacts transferred in",
        rule(_COUNT, _N, "transferred_in"),
        "InitiationMethod TRANSFER or QUEUE_TRANSFER",
        api=_OLD,
    ),
    define(
        _C,
        "CONTACTS_TRANSFERRED_IN_BY_AGENT",
        "Contacts transferred in by agent",
        rule(_COUNT, _N, "transferred_in_by_agent"),
        "InitiationMethod TRANSFER",
        api=_OLD,
    ),
    define(
        _C,
        "CONTACTS_TRANSFERRED_IN_FROM_QUEUE",
        "Contacts transferred in from queue",
        rule(_COUNT, _N, "transferred_in_from_queue"),
        "InitiationMethod QUEUE_TRANSFER",
        api=_OLD,
    ),
    define(
        _C,
        "CONTACTS_TRANSFERRED_OUT",
        "Contacts transferred out",
        rule(_COUNT, _N, "transferred_out"),
        "the contact went on to a queue, an agent, an extension or an outside number; a disconnect flow and a"
        " callback are none",
    ),
    define(
        _C,
        "CONTACTS_TRANSFERRED_OUT_BY_AGENT",
        "Contacts transferred out by agent",
        rule(_COUNT, _N, "transferred_out_by_agent"),
        "transferred out, by an agent",
    ),
    define(
        _C,
        "CONTACTS_TRANSFERRED_OUT_FROM_QUEUE",
        "Contacts transferred out from queue",
        rule(_COUNT, _N, "transferred_out_from_queue"),
        "transferred out, pds IN_QUEUE",
        also=("CONTACTS_TRANSFERRED_FROM_QUEUE",),
    ),
    define(
        _C,
        "CONTACTS_TRANSFERRED_OUT_INTERNAL",
        "Contacts transferred out internal",
        rule(_COUNT, _N, "transferred_out_internal"),
        "transferred out without TransferredToEndpoint",
    ),
    define(
        _C,
        "CONTACTS_TRANSFERRED_OUT_EXTERNAL",
        "Contacts transferred out external",
        rule(_COUNT, _N, "transferred_out_external"),
        "transferred out with TransferredToEndpoint",
    ),
    define(
        _C,
        "SUM_RETRY_CALLBACK_ATTEMPTS",
        "Callback attempts",
        rule(_COUNT, _SUM, "callback_tries"),
        "customer legs dialled and not answered, of CALLBACK contacts",
    ),
)

METRICS: tuple[Metric, ...] = (*_COUNTS, *_TIMES, *_ENDS, *_TRANSFERS)
