"""What metrics need of a contact record, taken out of its JSON by SQL: contact_facts, agent_rings, flow_runs.

Carried out in the transaction of the record, so that the three never disagree with it. Statements are constant text.
"""

from __future__ import annotations

_FACTS = """
INSERT INTO contact_facts (
    contact, counted, initiated, answered, disconnected, enqueued, waited, connected, transferred, wrapped_up,
    method, channel, queue, agent, profile, flow, service, errand, has_next, outside, handed_on, handed_on_by, pre,
    reason, interaction, hold, wrap_up, pause, holds, callback_tries)
SELECT r.contact,
    unixepoch(coalesce(json_extract(r.record, '$.DisconnectTimestamp'), r.last_update)),
    unixepoch(coalesce(json_extract(r.record, '$.InitiationTimestamp'), r.last_update)),
    unixepoch(json_extract(r.record, '$.ConnectedToSystemTimestamp')),
    unixepoch(json_extract(r.record, '$.DisconnectTimestamp')),
    unixepoch(json_extract(r.record, '$.Queue.EnqueueTimestamp')),
    json_extract(r.record, '$.Queue.Duration'),
    unixepoch(json_extract(r.record, '$.Agent.ConnectedToAgentTimestamp')),
    unixepoch(json_extract(r.record, '$.TransferCompletedTimestamp')),
    unixepoch(json_extract(r.record, '$.Agent.AfterContactWorkEndTimestamp')),
    coalesce(json_extract(r.record, '$.InitiationMethod'), ''),
    coalesce(json_extract(r.record, '$.Channel'), 'VOICE'),
    json_extract(r.record, '$.Queue.Name'),
    json_extract(r.record, '$.Agent.Username'),
    coalesce(json_extract(r.record, '$.Agent.RoutingProfile.Name'),
        (SELECT a.routing_profile FROM agents AS a WHERE a.agent = json_extract(r.record, '$.Agent.Username'))),
    json_extract(r.record, '$.Linekeeper.Flows[0].Flow'),
    coalesce(json_extract(r.record, '$.Linekeeper.Service'), ''),
    coalesce(json_extract(r.record, '$.Linekeeper.Errand.Kind'), ''),
    json_type(r.record, '$.NextContactId') IS 'text',
    json_type(r.record, '$.TransferredToEndpoint') IS 'object',
    coalesce(json_extract(r.record, '$.Linekeeper.HandedOn.Kind'), ''),
    json_extract(r.record, '$.Linekeeper.HandedOn.By'),
    coalesce(json_extract(r.record, '$.Linekeeper.PreDisconnectState'), ''),
    json_extract(r.record, '$.DisconnectReason'),
    json_extract(r.record, '$.Agent.AgentInteractionDuration'),
    json_extract(r.record, '$.Agent.CustomerHoldDuration'),
    json_extract(r.record, '$.Agent.AfterContactWorkDuration'),
    json_extract(r.record, '$.Agent.AgentPauseDuration'),
    json_extract(r.record, '$.Agent.NumberOfHolds'),
    (SELECT count(*) FROM json_each(r.record, '$.Linekeeper.Legs') AS leg
     WHERE json_extract(leg.value, '$.Role') = 'customer' AND json_extract(leg.value, '$.Direction') = 'out'
       AND json_extract(leg.value, '$.AnswerTimestamp') IS NULL)
FROM contact_records AS r"""

_OFFERS = """
INSERT INTO agent_rings (contact, place, agent, profile, ended, outcome, rang)
SELECT r.contact, offer.key,
    json_extract(offer.value, '$.Agent'),
    json_extract(offer.value, '$.RoutingProfile'),
    unixepoch(json_extract(offer.value, '$.Timestamp')) + coalesce(json_extract(offer.value, '$.RingDuration'), 0),
    coalesce(json_extract(offer.value, '$.Outcome'), ''),
    json_extract(offer.value, '$.RingDuration')
FROM contact_records AS r JOIN contact_facts AS f USING (contact), json_each(r.record, '$.Linekeeper.Offers') AS offer
WHERE f.service = '' AND f.method <> 'MONITOR'"""

_DIALLED = """
INSERT INTO agent_rings (contact, place, agent, ended, outcome, rang)
SELECT r.contact, -1, coalesce(f.agent, json_extract(r.record, '$.Linekeeper.DialledBy')),
    coalesce(f.connected, f.counted), 'dialled', max(0, coalesce(f.connected, f.counted) - f.initiated)
FROM contact_records AS r JOIN contact_facts AS f USING (contact)
WHERE f.service = '' AND f.method = 'OUTBOUND'
  AND coalesce(f.agent, json_extract(r.record, '$.Linekeeper.DialledBy')) IS NOT NULL"""

_FLOWS = """
INSERT INTO flow_runs (contact, place, flow, started, counted, ended, outcome, errors, fatal)
SELECT r.contact, run.key,
    json_extract(run.value, '$.Flow'),
    unixepoch(json_extract(run.value, '$.StartTimestamp')),
    coalesce(unixepoch(json_extract(run.value, '$.EndTimestamp')), f.counted),
    unixepoch(json_extract(run.value, '$.EndTimestamp')),
    json_extract(run.value, '$.Outcome'),
    (SELECT count(*) FROM json_each(run.value, '$.Path') AS step WHERE json_extract(step.value, '$.Error')),
    coalesce(json_extract(run.value, '$.Fatal'), 0)
      OR (coalesce(json_extract(r.record, '$.Linekeeper.MediaFailed'), '') <> '' AND f.pre = 'IN_FLOW'
          AND run.key IS (SELECT max(other.key) FROM json_each(r.record, '$.Linekeeper.Flows') AS other
                         WHERE json_extract(other.value, '$.Outcome') IS NULL))
FROM contact_records AS r JOIN contact_facts AS f USING (contact), json_each(r.record, '$.Linekeeper.Flows') AS run
WHERE f.service = ''"""


def anew() -> tuple[str, ...]:
    """The statements that make all facts from all records; for after a migration."""
    return ("DELETE FROM contact_facts", _FACTS, _OFFERS, _DIALLED, _FLOWS)


def of_one() -> tuple[str, ...]:
    """The same for the record of one contact: the only parameter of each statement."""
    added = (f"{statement} AND r.contact = ?" for statement in (_OFFERS, _DIALLED, _FLOWS))
    return ("DELETE FROM contact_facts WHERE contact = ?", f"{_FACTS} WHERE r.contact = ?", *added)
