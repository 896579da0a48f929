"""Which handler answers which box function: one line each, by the operation of its row in `appliance.features`."""

from __future__ import annotations

from collections.abc import Mapping

from appliance.switchboard.desk import agents, phone, reaching, supervision, taking, voicemail
from appliance.switchboard.desk.desk import Handler

HANDLERS: Mapping[str, Handler] = {
    "phone.forward_always": reaching.forward("always"),
    "phone.forward_busy": reaching.forward("busy"),
    "phone.forward_no_answer": reaching.forward("no_answer"),
    "phone.do_not_disturb": reaching.do_not_disturb,
    "phone.pick_up_group": taking.pick_up_group,
    "phone.pick_up": taking.pick_up,
    "phone.unpark": taking.unpark,
    "phone.whoami": phone.whoami,
    "agent.log_in": agents.log_in,
    "agent.log_out": agents.log_out,
    "agent.available": agents.available,
    "agent.status": agents.status,
    "agent.statuses": agents.statuses,
    "agent.end_wrap_up": agents.end_wrap_up,
    "agent.extend_wrap_up": agents.extend_wrap_up,
    "supervision.listen": supervision.listen,
    "voicemail.open": voicemail.open_own,
    "voicemail.open_by_pin": voicemail.open_by_pin,
    "voicemail.key": voicemail.key,
    "contact.disposition": agents.disposition,
}
