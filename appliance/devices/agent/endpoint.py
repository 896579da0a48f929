"""pjsua2's endpoint for one device: what it is set to, its SIP port and its codecs.

As in the contact process (architecture.md §2): no threads of its own for SIP, no TLS, no sound device.
"""

from __future__ import annotations

import pjsua2 as pj

from appliance.devices.agent.settings import RATE_HZ, AgentSettings
from appliance.logs import muted

_CODECS = ("PCMU/8000", "PCMA/8000")


def make_endpoint(settings: AgentSettings) -> pj.Endpoint:
    """Ready to be given a port. Raises pj.Error."""
    endpoint = pj.Endpoint()
    with muted():
        endpoint.libCreate()
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.uaConfig.maxCalls = 4
    config.uaConfig.userAgent = settings.product
    config.logConfig.level = config.logConfig.consoleLevel = 0  # what matters is told by status
    config.logConfig.msgLogging = 0
    media = config.medConfig
    media.clockRate = media.sndClockRate = RATE_HZ
    media.channelCount = 1
    media.audioFramePtime = media.ptime = 20
    media.noVad = True
    media.ecTailLen = 0
    media.sndAutoCloseTime = -1
    media.threadCnt = 1
    endpoint.libInit(config)
    return endpoint


def open_port(endpoint: pj.Endpoint, settings: AgentSettings) -> int:
    """The SIP port that was opened."""
    transport = pj.TransportConfig()
    transport.port = settings.sip_port
    transport.boundAddress = settings.address
    number = endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
    return int(str(endpoint.transportGetInfo(number).localName).rpartition(":")[2])


def choose_codecs(endpoint: pj.Endpoint) -> None:
    """G.711 only: the bridge runs at 8 kHz, and the edge's other side always speaks it."""
    for info in endpoint.codecEnum2():
        rank = 255 - _CODECS.index(name) if (name := info.codecId.rsplit("/", 1)[0]) in _CODECS else 0
        endpoint.codecSetPriority(info.codecId, rank)
