"""The contact's main flow (inbound, then customer queue …): which one runs, and what flows have set so far.

One flow at a time; whispers and hold flows run beside it in `side_flows`. What its commands do is its host's business.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from appliance.clock import monotonic_s
from appliance.contact.flows.flow_run import FlowHost, FlowRun
from appliance.contact.media.announcer import Announcer
from appliance.contact.services import Published, Services
from appliance.flow import events as e
from appliance.flow.facts import ContactFacts
from appliance.flow.hooks import flow_for, is_empty
from appliance.flow.model import Flow
from appliance.ids import AgentId, ContactId, QueueId


class MainFlow:
    """`facts` outlive each flow; `host` carries out what the flow asks, and is set before one begins."""

    host: FlowHost

    def __init__(
        self, services: Services, published: Published, announcer: Announcer, contact: Callable[[], ContactId]
    ) -> None:
        """`announcer`: what the customer hears; `contact`: its id now."""
        self.facts = ContactFacts()
        self._services = services
        self._published = published
        self._announcer = announcer
        self._contact = contact
        self._run: FlowRun | None = None

    @property
    def running(self) -> bool:
        """Whether a flow is under way: then a key press should be heard at once."""
        return self._run is not None

    @property
    def latest(self) -> ContactFacts:
        """The facts as the flow under way has changed them."""
        return self._run.facts if self._run is not None else self.facts

    # ── what runs ────────────────────────────────────────────────────────────────────────────────────────────────

    def make_run(self, flow: Flow, facts: ContactFacts, host: FlowHost) -> FlowRun:
        """A run of `flow` for this contact, not started yet."""
        return FlowRun(
            flow,
            facts,
            self._published.library,
            host=host,
            timers=self._services.timers,
            functions=self._services.functions,
            contact=self._contact(),
            bundle_sha256=self._published.plan.bundle_sha256,
            now=monotonic_s,
        )

    def prepare(self, flow: Flow) -> None:
        """Make ready what `begin` starts: nothing is left to read when the customer's leg is up."""
        self._run = self.make_run(flow, self.facts, self.host)

    def begin(self) -> None:
        """Start the prepared flow."""
        if self._run is not None:
            self._run.start()

    def run(self, flow: Flow) -> None:
        """Run `flow` instead of the one under way."""
        self.stop()
        self.prepare(flow)
        self.begin()

    def stop(self) -> None:
        """No flow any more, and silence."""
        run, self._run = self._run, None
        if run is not None:
            self.facts = run.facts
            run.stop()
        self._announcer.stop()

    def finished(self, run: FlowRun) -> bool:
        """`run` has come to its end; whether it is the one under way."""
        self.facts = run.facts
        return run is self._run

    def tell(self, event: e.FlowEvent) -> None:
        """Something happened that a flow may wait for."""
        if self._run is not None:
            self._run.tell(event)

    def tell_later(self, event: e.FlowEvent) -> None:
        """As `tell`, from the loop: for an answer from within a command."""
        self._services.timers.after(0.0, lambda: self.tell(event))

    # ── what flows know ──────────────────────────────────────────────────────────────────────────────────────────

    def know(self, **facts: object) -> None:
        """Set facts for the flows to come."""
        self.facts = msgspec.structs.replace(self.facts, **facts)

    def know_metrics(self, values: dict[str, str]) -> None:
        """Values for `$.Metrics` of the flow under way and those to come."""
        self.know(metrics={**self.facts.metrics, **values})
        self.tell(e.MetricsMeasured(values=values))

    def aim(self, *, queue: QueueId | None, agent: AgentId | None) -> None:
        """The flows to come are for that queue or agent, as UpdateContactTargetQueue would have set it."""
        found = self._published.library.queue(str(queue)) if queue is not None else None
        if found is not None:
            self.know(queue=found.queue, queue_name=found.queue, queue_arn=found.arn, queue_caller_id=found.caller_id)
        if found is not None or agent is not None:
            self.know(target_agent=agent)

    def hooked(self, hook: str) -> Flow | None:
        """The flow that an event hook names, None where it names none or one that isn't here."""
        wanted = self.latest.hooks.get(hook)
        return self._published.library.flow(wanted) if wanted else None

    def at_event(self, hook: str) -> Flow | None:
        """The flow to run at an event: the one that is hooked, else the box's own where it does anything."""
        flow = flow_for(hook, self.latest, self._published.library)
        return None if flow is None or is_empty(flow) else flow
