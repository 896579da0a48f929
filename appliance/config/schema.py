"""The one schema of `linekeeper.toml`; what may be in the file, with defaults, units and limits.

Queues, agents and extensions are not here: they live in the store and are changed with `linekeeper queue|agent|
extension`. A password may be given as `password_file`, so that the configuration itself can be shown to anybody.
Field types say what one value may be; what values must not be *together* is checked in `appliance.config.checks`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, IPvAnyAddress, IPvAnyNetwork, SecretStr
from pydantic_core import PydanticCustomError

from appliance.features import Takes

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Port = Annotated[int, Field(strict=True, ge=1, le=65535)]
Flag = Annotated[bool, Field(strict=True)]
HostName = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$")]
Credential = Annotated[str, Field(pattern=r"^[!#-\[\]-~]{1,128}$")]  # printable ASCII without blank, " and \\


def _text(value: object) -> object:
    """Addresses are written in quotes; `ipaddress` would take a bare 5 for 0.0.0.5."""
    if isinstance(value, str):
        return value
    raise PydanticCustomError("string_type", "should be a text")


LINE_PORTS = 16900  # first of the loopback ports where the lines' services take calls
Address = Annotated[IPvAnyAddress, BeforeValidator(_text)]
Network = Annotated[IPvAnyNetwork, BeforeValidator(_text)]


class Section(BaseModel):
    """Base of every table: unknown keys are faults, values are not coerced, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Box(Section):
    """`[box]`: who and where this box is."""

    name: Name = "branch"
    region: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "US"  # ISO 3166 country of local numbers
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")] = "en-US"
    data_dir: Path = Path("/var/lib/linekeeper")
    run_dir: Path = Path("/run/linekeeper")


class Edge(Section):
    """`[edge]`: where phones and trunks reach the box (SIP)."""

    address: Address | Literal["auto"] = "auto"  # own address towards phones; auto: the default route's
    port: Port = 5060
    transports: Annotated[tuple[Literal["udp", "tcp"], ...], Field(min_length=1)] = ("udp", "tcp")
    internal_port: Port = 5070  # contact processes only, 127.0.0.1
    domain: HostName = "linekeeper"  # digest realm and SIP domain
    workers: Annotated[int, Field(strict=True, ge=1, le=16)] = 2
    flood_requests: Annotated[int, Field(strict=True, ge=1)] = 60  # per source and sampling unit (pike)
    flood_seconds: Annotated[int, Field(strict=True, ge=1, le=60)] = 2


class Contacts(Section):
    """`[contacts]`: the contact processes. One contact is one process."""

    capacity: Annotated[int, Field(strict=True, ge=1, le=200)] = 16
    sip_port: Port = 17000  # first of `capacity` loopback UDP ports
    rtp_port: Annotated[int, Field(strict=True, ge=1024, le=65000)] = 20000  # first RTP port; 16 per process
    recycle_after: Annotated[int, Field(strict=True, ge=1)] = 200  # contacts before a fresh process takes over


class Recording(Section):
    """`[recording]`: what is recorded where no flow decides, and how much space calls keep for themselves."""

    internal: Flag = False  # extension to extension
    outbound: Flag = False
    consults: Flag = False  # what agent and consulted say while the customer waits
    reserve_mb: Annotated[int, Field(strict=True, ge=0)] = 200  # recording stops below this free space; calls go on


class Storage(Section):
    """`[storage]`: how much of the disk recordings may take, and what goes first. Calls and records never stop."""

    budget_mb: Annotated[int, Field(strict=True, ge=0)] = 0  # for recordings; 0: all but what calls and records need
    warn_percent: Annotated[int, Field(strict=True, ge=1, le=99)] = 80
    records_days: Annotated[int, Field(strict=True, ge=0, le=3660)] = 90  # without a console; their room is kept free
    keep_delivered_days: Annotated[int, Field(strict=True, ge=0, le=3660)] = 14  # after the console has verified them
    recordings_days: Annotated[int, Field(strict=True, ge=0, le=36600)] = 0  # of a box without a console; 0: kept
    voicemail_days: Annotated[int, Field(strict=True, ge=0, le=36600)] = 0  # messages that were heard; 0: kept


class Callbacks(Section):
    """`[callbacks]`: whom the box calls by itself. Never emergency, premium rate or its own numbers."""

    inside: Flag = False  # whether an extension may be called back


class Metrics(Section):
    """`[metrics]`: what the box tells of itself to Prometheus, and how long it keeps agents' states."""

    listen: Annotated[str, Field(pattern=r"^((127\.0\.0\.1|\[::1\]|localhost):[0-9]{1,5}|unix:/.{1,100})$")] | None = (
        None  # host:port of this machine only, or unix:/path; off unless given
    )
    keep_days: Annotated[int, Field(strict=True, ge=1, le=3660)] = 730


Hours = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$")]


class Sync(Section):
    """`[sync]`: how the box uses its link to the console. It begins with 'linekeeper enroll'."""

    kbit_s: Annotated[int, Field(strict=True, ge=0)] = 0  # for events and recordings together; 0: no limit
    quiet_hours: tuple[Hours, ...] = ()  # local time; recordings wait meanwhile, records don't
    metered: Flag = False  # no recordings at all, the live board once a minute
    live_s: Annotated[float, Field(strict=True, ge=0.2, le=60)] = 1.0  # between two looks for the live board
    snapshot_s: Annotated[float, Field(strict=True, ge=10, le=3600)] = 60.0  # between two snapshots of the metrics
    outage_s: Annotated[float, Field(strict=True, ge=1, le=3600)] = 60.0  # without the console: an outage


class Voice(Section):
    """`[[speech.voices]]`: who speaks a language, or one voice name of the flows only; the closest entry wins."""

    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2,3})*$")]  # ko-KR, or ko for every Korean
    engine: Literal["espeak-ng", "piper"]
    model: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_+.-]{0,79}$")] | None = (
        None  # piper: <model>.onnx in models_dir
    )
    voice: Annotated[str, Field(pattern=r"^[A-Za-z]{1,40}$")] | None = None  # a flow's voice name, e.g. Joanna
    speaker: Annotated[int, Field(strict=True, ge=0, le=9999)] = 0


class Phones(Section):
    """`[phones]`: what phones show, and the orbits where calls are parked."""

    queue_name: Flag = True  # a queue's name before the caller's: "Sales: Kim Minsu"
    park_from: Annotated[str, Field(pattern=r"^[1-9][0-9]{1,5}$")] = "701"  # the first orbit
    park_orbits: Annotated[int, Field(strict=True, ge=0, le=100)] = 20
    park_s: Annotated[float, Field(strict=True, ge=5, le=3600)] = 90.0  # until a parked call comes back
    park_fallback: str = ""  # where it goes when who parked it doesn't answer, as a forward's target


class Speech(Section):
    """`[speech]`: how texts of flows become sound."""

    parallel: Annotated[int, Field(strict=True, ge=1, le=16)] = 2  # sounds made at a time
    cache_mb: Annotated[int, Field(strict=True, ge=10)] = 200  # made sounds that are kept; a minute takes 1 MB
    human_voices: Flag = True  # recorded digits and sentences of Debian's asterisk-core-sounds-*-wav, where installed
    models_dir: Path = Path("voices")  # Piper's models; in data_dir unless absolute
    voices: tuple[Voice, ...] = ()


class Trunk(Section):
    """`[[trunks]]`: a SIP provider. `static` is believed by its addresses, `registered` registers with a password."""

    name: Name
    kind: Literal["static", "registered"]
    host: str  # address (no DNS name on the call path)
    port: Port = 5060
    transport: Literal["udp", "tcp"] = "udp"
    addresses: tuple[Network, ...] = ()  # static: sources that are believed; default: host
    username: Credential | None = None
    password: SecretStr | None = None
    password_file: Path | None = None
    realm: Credential | None = None
    expires_s: Annotated[int, Field(strict=True, ge=60, le=86400)] = 600
    caller_id: str | None = None  # E.164 shown to the outside


class Line(Section):
    """`[[lines]]`: an analog line (or a gateway box that has one). To the rest of the box it is a trunk of its name."""

    name: Name
    kind: Literal["modem", "daa", "sipfxo"]
    number: str  # the line's own: what its callers have dialled
    flow: str | None = None  # what its calls start, unless the number is under [[numbers]]
    device: Annotated[str, Field(pattern=r"^[ -~]{0,255}$")] = ""  # address, stable address or serial; "": the only one
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None  # of the exchange; default: box.region
    prefix: Annotated[str, Field(pattern=r"^[0-9*#,]{0,16}$")] = ""  # dialled before every number, such as "9,"
    blind_dial: Flag = False  # dial without a dial tone
    sip_port: Port | None = None  # of its service, 127.0.0.1; default: LINE_PORTS and its place in the file
    host: Address | None = None  # sipfxo: the gateway's address
    port: Port = 5062  # sipfxo: where the gateway takes calls for its line


class Headset(Section):
    """`[[headsets]]`: a headset in this box, and the extension that it is a phone of."""

    extension: Annotated[str, Field(pattern=r"^[0-9]{2,15}$")]
    password_file: Path  # the extension's, by which the headset's service registers
    device: Annotated[str, Field(pattern=r"^[ -~]{0,255}$")] = ""  # serial, address or stable address; "": the only one
    agent: Name | None = None  # whose it is: logged in while it is plugged in
    ring: Flag = True  # ring in the ear too
    side_tone: Annotated[float, Field(ge=0, le=1)] = 0.0  # own voice in the ear; most headsets do it themselves
    block_ms: Annotated[int, Field(strict=True, ge=5, le=60)] = 10  # of sound at a time; more where it crackles
    echo: Flag = False  # take the loudspeaker's echo out: for speakerphones that don't do it themselves


class Panel(Section):
    """`[panel]`: lamps, bell and button of the box's front, by their pins."""

    device: Annotated[str, Field(pattern=r"^(panel:[!-~]{1,200})?$")] = ""  # panel:power=5,link=6,…; "": none
    speaker: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:=,-]{0,64}$")] = "default"  # ALSA name; "": says nothing
    enrolment_file: Path = Path("/boot/firmware/linekeeper-enrolment.txt")  # console's URL, code, fingerprint: 3 lines


class Number(Section):
    """`[[numbers]]`: an inbound number (any notation of the region, or a short code) and the flow it starts."""

    number: str
    flow: str


class FeatureCode(Section):
    """`[[features]]`: another code or flow for a feature of the box (`name`), `off = true` for none, or a code of your
    own that runs a flow (any other `name`)."""

    name: Name
    code: Annotated[str, Field(pattern=r"^[0-9*#]{2,8}$")] | None = None
    flow: Annotated[str, Field(min_length=1, max_length=127)] | None = None
    takes: Takes | None = None  # what may be dialled after the code: nothing, extension, number
    off: Flag = False


class Function(Section):
    """`[[functions]]`: what a flow's Lambda call reaches here. Which keys belong to which `kind` is checked later."""

    name: Name
    kind: Literal["http", "command", "table"]
    arns: tuple[Annotated[str, Field(min_length=1, max_length=300)], ...] = ()  # what flows call it elsewhere
    time_limit_s: Annotated[float, Field(strict=True, ge=0.1, le=60)] = 8.0  # a flow that waits gives it 8 s at most
    tries: Annotated[int, Field(strict=True, ge=1, le=3)] = 3
    cache_max_age_s: Annotated[int, Field(strict=True, ge=0)] = 0  # how old an answer may stand in; 0: none is kept
    cache_for: Literal["caller", "everyone"] = "caller"
    url: str | None = None  # http
    headers: dict[str, str] = {}
    headers_file: Path | None = None
    ca_file: Path | None = None
    command: tuple[str, ...] = ()  # command: program and arguments, no shell
    environment: dict[str, str] = {}
    file: Path | None = None  # table: CSV, or SQLite where `table` is given
    table: str | None = None
    column: str | None = None
    parameter: str | None = None
    columns: tuple[str, ...] = ()
    delimiter: Annotated[str, Field(pattern=r"^[^\r\n\"]$")] = ","
    default: dict[str, str] | None = None  # the answer where no row fits


class Configuration(Section):
    """The whole file."""

    box: Box = Box()
    edge: Edge = Edge()
    contacts: Contacts = Contacts()
    recording: Recording = Recording()
    storage: Storage = Storage()
    callbacks: Callbacks = Callbacks()
    speech: Speech = Speech()
    metrics: Metrics = Metrics()
    phones: Phones = Phones()
    panel: Panel = Panel()
    sync: Sync = Sync()
    trunks: tuple[Trunk, ...] = ()
    lines: tuple[Line, ...] = ()
    headsets: tuple[Headset, ...] = ()
    numbers: tuple[Number, ...] = ()
    features: tuple[FeatureCode, ...] = ()
    functions: tuple[Function, ...] = ()
