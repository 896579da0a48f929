"""Connect's metrics that this box does not have, and why: listed, not left out in silence. Data only."""

from __future__ import annotations

import msgspec


class Absent(msgspec.Struct, frozen=True, kw_only=True):
    """`names` as Connect spells them, a * for the rest of a family."""

    names: tuple[str, ...]
    why: str


_NOT_VOICE = "not voice: the box carries telephone calls only"

ABSENT: tuple[Absent, ...] = (
    Absent(
        names=("ConcurrentHighVolumeCalls", "ConcurrentHighVolumeCallsPercentage", "HighVolumeCallsPerInterval"),
        why="no high-volume campaigns: the box dials in preview mode only, counted with all other calls",
    ),
    Absent(
        names=(
            "ConcurrentActiveChats*",
            "ChatsBreachingActiveChatQuota",
            "AVG_MESSAGES*",
            "AVG_CONVERSATION*",
            "AVG_*_RESPONSE_TIME_*",
            "SUM_CONVERSATION*",
        ),
        why=_NOT_VOICE,
    ),
    Absent(
        names=(
            "ConcurrentTasks*",
            "TasksBreachingConcurrencyQuota",
            "TasksExpiryWarningReached",
            "TasksExpired",
            "AVG_AGENT_PAUSE_TIME",
        ),
        why=_NOT_VOICE,
    ),
    Absent(names=("ConcurrentEmails*", "EMAIL_*"), why=_NOT_VOICE),
    Absent(names=("CONTACTS_REJECTED",), why="a rejected voice offer is a missed one (AGENT_NON_RESPONSE)"),
    Absent(
        names=(
            "AVG_GREETING_TIME_AGENT",
            "AVG_TALK_TIME*",
            "AVG_NON_TALK_TIME",
            "AVG_INTERRUPTION*",
            "PERCENT_TALK_TIME*",
            "PERCENT_NON_TALK_TIME",
        ),
        why="needs analysis of the conversation (Contact Lens)",
    ),
    Absent(names=("BOT_*", "AVG_BOT_*", "PERCENT_BOT_*"), why="no Lex bots: a bot's part is played by a key menu"),
    Absent(names=("CASES*", "AVG_CASE_*", "*_CASES", "STEP_*", "CONTACTS_ON_HOLD_AGENT_CASE*"), why="no cases"),
    Absent(
        names=(
            "CAMPAIGN_*",
            "DELIVERY_ATTEMPT*",
            "AVG_DIALS_PER_MINUTE",
            "HUMAN_ANSWERED_CALLS",
            "RECIPIENTS_*",
            "AVG_WAIT_TIME_AFTER_CUSTOMER_CONNECTION*",
            "SUM_CONNECTING_TIME_AGENT_PROGRESSIVE*",
        ),
        why="no outbound campaign service and no answering machine detection",
    ),
    Absent(
        names=("EVALUATIONS_*", "AVG_EVALUATION_SCORE", "AVG_WEIGHTED_EVALUATION_SCORE", "PERCENT_AUTOMATIC_FAILS"),
        why="no evaluations of contacts",
    ),
    Absent(
        names=("AGENT_SCHEDULED_TIME", "AGENT_SCHEDULE_ADHERENCE", "AGENT_ADHERENT_TIME", "AGENT_NON_ADHERENT_TIME"),
        why="no staff scheduling",
    ),
)
