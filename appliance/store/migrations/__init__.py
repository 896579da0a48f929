"""The schema, as a list of named steps that only ever grows: one module a step.

Each step runs in one transaction together with its own record in `_sqlite_migrations` (sqlite-utils), so a power cut
leaves it done or not begun. Never change a step that has been released: add one, name it in `ORDER`, and count it in
`connection.SCHEMA`. Tables are STRICT; times are JSON stamps (`appliance.stamps.Stamp`) with a `…_wall_s` column beside
them where lists are sorted or searched.
"""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from appliance.store.migrations import (
    step_0001_contacts_and_events,
    step_0002_contact_records_and_recordings,
    step_0003_queues_extensions_agents,
    step_0004_flows_and_counters,
    step_0005_outbox,
    step_0006_flow_resources,
    step_0007_counter_marks,
    step_0008_errands,
    step_0009_recording_policies,
    step_0010_metrics,
    step_0011_ring_groups,
    step_0012_routing_profiles,
    step_0013_quick_connects,
    step_0014_staff,
    step_0015_directory,
    step_0016_supervision,
    step_0017_voicemail,
    step_0018_campaigns,
    step_0019_disconnect_flows,
    step_0020_mailbox_access,
    step_0021_profiles_of_offers,
    step_0022_errands_of_contacts,
    step_0023_outbox_times,
    step_0024_sealed_recordings,
)

ORDER = {
    "0001_contacts_and_events": step_0001_contacts_and_events.change,
    "0002_contact_records_and_recordings": step_0002_contact_records_and_recordings.change,
    "0003_queues_extensions_agents": step_0003_queues_extensions_agents.change,
    "0004_flows_and_counters": step_0004_flows_and_counters.change,
    "0005_outbox": step_0005_outbox.change,
    "0006_flow_resources": step_0006_flow_resources.change,
    "0007_counter_marks": step_0007_counter_marks.change,
    "0008_errands": step_0008_errands.change,
    "0009_recording_policies": step_0009_recording_policies.change,
    "0010_metrics": step_0010_metrics.change,
    "0011_ring_groups": step_0011_ring_groups.change,
    "0012_routing_profiles": step_0012_routing_profiles.change,
    "0013_quick_connects": step_0013_quick_connects.change,
    "0014_staff": step_0014_staff.change,
    "0015_directory": step_0015_directory.change,
    "0016_supervision": step_0016_supervision.change,
    "0017_voicemail": step_0017_voicemail.change,
    "0018_campaigns": step_0018_campaigns.change,
    "0019_disconnect_flows": step_0019_disconnect_flows.change,
    "0020_mailbox_access": step_0020_mailbox_access.change,
    "0021_profiles_of_offers": step_0021_profiles_of_offers.change,
    "0022_errands_of_contacts": step_0022_errands_of_contacts.change,
    "0023_outbox_times": step_0023_outbox_times.change,
    "0024_sealed_recordings": step_0024_sealed_recordings.change,
}

STEPS = Migrations("linekeeper")
for _name, _change in ORDER.items():
    STEPS(name=_name)(_change)


def apply(raw: sqlite3.Connection) -> None:
    """Do every step that is not done yet."""
    STEPS.apply(_database(raw))


def pending(raw: sqlite3.Connection) -> bool:
    """Whether a step is not done yet."""
    return bool(STEPS.pending(_database(raw)))


def unknown_steps(raw: sqlite3.Connection) -> list[str]:
    """Names of the steps that the file has seen and this program doesn't know: a newer program made it."""
    return sorted({step.name for step in STEPS.applied(_database(raw))} - names())


def names() -> set[str]:
    """Every step of this program."""
    return set(ORDER)


def _database(raw: sqlite3.Connection) -> Database:
    return Database(raw, execute_plugins=False)
