"""Where a customer goes on whom no phone takes: into a queue, a mailbox or through a flow, which are the box's own."""

from __future__ import annotations

from appliance.contact.contact import Contact
from appliance.contact.flows.queue_stay import enter_queue
from appliance.contact.media.letterbox import end_after, take_message
from appliance.contact.talk.targets import find_mailbox
from appliance.dialplan.reaching import GoToFlow, GoToQueue, GoToVoicemail, Step
from appliance.events import DisconnectReason


def enter(contact: Contact, step: Step) -> None:
    """The customer, who has been answered, goes where `step` says; the contact ends where that leads nowhere."""
    contact.flow.stop()
    if isinstance(step, GoToQueue):
        contact.flow.aim(queue=step.queue, agent=None)
        enter_queue(contact, step.queue)
        return
    if isinstance(step, GoToVoicemail) and (mailbox := find_mailbox(contact.published.plan, step.mailbox)) is not None:
        take_message(contact, mailbox, end_after(contact))
        return
    flow = contact.published.library.flow(step.flow) if isinstance(step, GoToFlow) else None
    if flow is None:
        contact.end(DisconnectReason.TELECOM_PROBLEM, detail=f"nothing to go on with: {step}")
    else:
        contact.conversation.rewire()
        contact.flow.run(flow)
