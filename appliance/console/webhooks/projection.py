"""What `ingest.projecting` runs beside the projections of its own."""

from __future__ import annotations

from appliance.console.webhooks.kinds import OFFERED
from appliance.console.webhooks.queueing import queue

BESIDE = dict.fromkeys(OFFERED, queue)
