"""The operations of the local API that need nothing but store and edge database, by name.

They run in the store's thread, with a running switchboard or without one (`offline`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from appliance.clock import Clock
from appliance.config.paths import BoxPaths
from appliance.config.schema import Configuration
from appliance.dialplan import DialPlan
from appliance.errors import RequestError
from appliance.events import ErrandKind
from appliance.ids import ContactId, FlowId, TrunkId
from appliance.store.failures import UnknownReferenceError
from appliance.store.store import Store
from appliance.switchboard import requests as ask
from appliance.switchboard.api import (
    agent_changes,
    changes,
    directory_changes,
    flow_changes,
    flow_removal,
    listings,
    phone_changes,
    quick_connects,
    routing_changes,
    surveys,
)
from appliance.switchboard.api.changes import Change
from appliance.switchboard.cloud import outbox_changes
from appliance.switchboard.cloud.desired_changes import Steering
from appliance.switchboard.errands import campaign_changes
from appliance.switchboard.errands.showing import show_errand
from appliance.switchboard.keeping import changes as keeping
from appliance.switchboard.measuring.questions import MetricsQuery
from appliance.switchboard.measuring.reports import report_of
from appliance.switchboard.staff import outcomes, statuses
from appliance.switchboard.voicemail import changes as mailboxes

Work = Callable[[Store, Any], Change]


class Administration:
    """`domain` is the digest realm of the edge, `language` that of the flows that come with the box, `region` the
    country whose numbers are dialled."""

    def __init__(
        self,
        paths: BoxPaths,
        domain: str,
        clock: Clock,
        *,
        language: str = "en",
        region: str = "US",
        plan: DialPlan | None = None,
        box: str = "branch",
    ) -> None:
        """`plan`: whom the box may call by itself, but for its extensions; `box`: its name, which stands in records."""
        self._operations: dict[str, tuple[type[ask.Arguments], Work]] = {
            "extension.add": (ask.ExtensionAdd, lambda s, a: changes.add_extension(s, paths, domain, a)),
            "extension.remove": (ask.ExtensionRemove, lambda s, a: changes.remove_extension(s, paths, a)),
            "extension.list": (ask.Nothing, lambda s, _: Change(result=listings.list_extensions(s))),
            "extension.set": (ask.ExtensionSet, lambda s, a: phone_changes.set_extension(s, region, a)),
            "group.add": (ask.GroupAdd, lambda s, a: phone_changes.add_group(s, region, a)),
            "group.remove": (ask.GroupNamed, phone_changes.remove_group),
            "group.list": (ask.Nothing, lambda s, _: Change(result=phone_changes.list_groups(s))),
            "directory.add": (ask.DirectoryAdd, lambda s, a: directory_changes.add_names(s, region, a)),
            "directory.remove": (ask.DirectoryNumber, lambda s, a: directory_changes.remove_name(s, region, a)),
            "directory.search": (ask.DirectorySearch, lambda s, a: Change(result=directory_changes.search(s, a))),
            "agent.add": (ask.AgentAdd, lambda store, given: agent_changes.add_agent(store, clock, given)),
            "agent.remove": (ask.AgentNamed, lambda s, a: agent_changes.remove_agent(s, clock, a)),
            "agent.proficiency": (ask.AgentProficiency, agent_changes.set_proficiency),
            "agent.list": (ask.Nothing, lambda s, _: Change(result=listings.list_agents(s))),
            "queue.add": (ask.QueueAdd, routing_changes.add_queue),
            "queue.remove": (ask.QueueNamed, routing_changes.remove_queue),
            "agent_status.add": (ask.AgentStatusAdd, statuses.add_status),
            "agent_status.remove": (ask.AgentStatusNamed, statuses.remove_status),
            "agent_status.list": (ask.Nothing, lambda s, _: Change(result=statuses.list_statuses(s))),
            "disposition.add": (ask.DispositionAdd, outcomes.add_disposition),
            "disposition.remove": (ask.DispositionNamed, outcomes.remove_disposition),
            "disposition.list": (ask.Nothing, lambda s, _: Change(result=outcomes.list_dispositions(s))),
            "queue.list": (ask.Nothing, lambda s, _: Change(result=listings.list_queues(s))),
            "routing_profile.add": (ask.ProfileAdd, routing_changes.add_profile),
            "routing_profile.remove": (ask.ProfileNamed, routing_changes.remove_profile),
            "routing_profile.list": (ask.Nothing, lambda s, _: Change(result=listings.list_profiles(s))),
            "quick_connect.add": (ask.QuickConnectAdd, quick_connects.add_quick_connect),
            "quick_connect.remove": (ask.QuickConnectNamed, quick_connects.remove_quick_connect),
            "quick_connect.list": (ask.QuickConnectList, quick_connects.list_quick_connects),
            "flow.install": (ask.FlowInstall, lambda s, a: changes.install_flow(s, clock, a)),
            "flow.install_bundle": (ask.BundleInstall, lambda s, a: flow_changes.install_bundle(s, paths, clock, a)),
            "flow.remove": (ask.FlowPartNamed, lambda s, a: flow_removal.remove_part(s, clock, language, a)),
            "flow.map": (ask.FlowMap, lambda s, a: flow_changes.edit_map(s, clock, a)),
            "flow.export": (ask.Nothing, lambda s, _: Change(result=flow_changes.export_flows(s))),
            "hours.install": (ask.HoursInstall, lambda s, a: flow_changes.install_hours(s, clock, a)),
            "hours.remove": (ask.HoursNamed, lambda s, a: flow_changes.remove_hours(s, clock, a)),
            "hours.list": (ask.Nothing, lambda s, _: Change(result=flow_changes.list_hours(s))),
            "flow.list": (ask.Nothing, lambda s, _: Change(result=listings.list_flows(s))),
            "contact.list": (ask.ContactList, _contacts),
            "contact.show": (ask.ContactNamed, _contact),
            "mailbox.add": (ask.MailboxAdd, mailboxes.add_mailbox),
            "mailbox.remove": (ask.MailboxNamed, mailboxes.remove_mailbox),
            "mailbox.list": (ask.Nothing, lambda s, _: mailboxes.list_mailboxes(s)),
            "mailbox.greeting": (ask.MailboxGreeting, lambda s, a: mailboxes.set_greeting(s, paths, a)),
            "voicemail.list": (ask.VoicemailList, lambda s, a: mailboxes.list_messages(s, paths.recordings, a)),
            "voicemail.mark": (ask.VoicemailMark, lambda s, a: mailboxes.mark_message(s, paths, a)),
            "metrics.query": (MetricsQuery, lambda s, a: Change(result=report_of(s, clock, a))),
            "recording.policy": (ask.RecordingPolicySet, changes.set_recording_policy),
            "recording.policies": (
                ask.Nothing,
                lambda s, _: Change(result=[msgspec.to_builtins(policy) for policy in s.recording_policies.all()]),
            ),
            "callback.list": (ask.CallbackList, _callbacks),
            "recording.list": (
                ask.RecordingList,
                lambda s, a: Change(result=listings.list_recordings(s, paths.recordings, limit=a.limit)),
            ),
            "survey.answers": (ask.SurveyRange, surveys.list_answers),
            "survey.results": (ask.SurveyRange, surveys.show_results),
            **outbox_changes.operations(clock),
            **keeping.operations(paths, clock, box),
            **campaign_changes.operations(plan or DialPlan(region=region), clock),
        }

        self._steering = Steering(
            table=self._operations, paths=paths, clock=clock, domain=domain, language=language
        )  # fmt: skip

    def let_console_steer(self, config_file: Path) -> None:
        """From now on a desired state of the console can be applied; config_file: the box's own."""
        self._operations.update(self._steering.operations(config_file))

    @property
    def operations(self) -> tuple[str, ...]:
        return tuple(self._operations)

    def perform(self, store: Store, op: str, args: dict[str, Any]) -> Change:
        """Carry out one operation, whole or not at all. Raises RequestError, FlowError, StoreError or EdgeError."""
        if op not in self._operations:
            raise RequestError(f"there is no operation {op!r}; there are {', '.join(self.operations)}", kind="unknown")
        kind, work = self._operations[op]
        arguments = ask.read_arguments(kind, args)
        try:
            with store.transaction():
                return work(store, arguments)
        except UnknownReferenceError as error:
            raise RequestError(str(error), kind="conflict") from error


def administration(configuration: Configuration, paths: BoxPaths, clock: Clock) -> Administration:
    """That of the box which `configuration` describes."""
    box = configuration.box
    plan = DialPlan(
        region=box.region,
        numbers={number.number: FlowId(number.flow) for number in configuration.numbers},
        trunks=(TrunkId("any"),),  # one may be added before somebody is called
    )
    domain = configuration.edge.domain
    return Administration(paths, domain, clock, language=box.language, region=box.region, plan=plan, box=box.name)


def _contacts(store: Store, given: ask.ContactList) -> Change:
    return Change(result=listings.list_contacts(store, limit=given.limit, only_open=given.open is True))


def _callbacks(store: Store, given: ask.CallbackList) -> Change:
    found = store.errands.latest(ErrandKind.CALLBACK, given.limit, only_open=given.open is True)
    return Change(result=[show_errand(errand) for errand in found])


def _contact(store: Store, given: ask.ContactNamed) -> Change:
    return Change(result=listings.show_whole_contact(store, ContactId(given.contact)))
