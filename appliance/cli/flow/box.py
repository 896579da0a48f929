"""What the box has that flows can name: asked of the running switchboard, or read from its store while it is down.

Never makes a box: where there is no configuration or no store yet, there is no box to compare with.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from appliance.cli.switchboard import Switchboard
from appliance.config.functions import function_names
from appliance.config.lastgood import LastGood
from appliance.contact.speech.prompt_folder import prompt_files
from appliance.features import BOX_FUNCTION_NAMES
from appliance.flow.bundle import Bundle, library_of, read_bundle
from appliance.flow.check_targets import Targets
from appliance.flow.defaults import default_flow, default_names
from appliance.flow.document import canonical
from appliance.flow.facts import Library, QueueFacts
from appliance.ids import AgentId, QueueId
from appliance.switchboard.calling import NotRunningError
from appliance.switchboard.publication.flow_set import prompt_stems


class KnownBox(msgspec.Struct, frozen=True, kw_only=True):
    """bundle: what is installed; documents: its flows as they were installed, {"Document", "Type"} by name;
    library: that and the box's own queues, agents, functions and default flows; targets: who transfers may name."""

    bundle: Bundle
    documents: Mapping[str, Any]
    library: Library
    targets: Targets
    region: str
    language: str


def known_box(config_file: Path) -> KnownBox | None:
    """The box of a configuration file; None where there is none yet, or none that you may ask."""
    try:
        if not config_file.exists() or not Switchboard(config_file).paths.store.exists():
            return None
        return the_box(config_file)
    except (OSError, NotRunningError):
        return None


def the_box(config_file: Path) -> KnownBox:
    """The box of a configuration file. Raises ApplianceError where there is none."""
    switchboard = Switchboard(config_file)
    configuration = LastGood(config_file, keep=False).load().configuration
    answer: Mapping[str, Any] = switchboard.call("flow.export")
    bundle = read_bundle(canonical(answer["bundle"]))
    queues = {row["queue"]: _queue(row) for row in answer["queues"]}
    agents = {name: AgentId(name) for name in answer["agents"]}
    library = with_box(library_of(bundle, queues=queues, agents=agents), functions=function_names(configuration))
    own = {file.name: file.name for file in prompt_files(switchboard.paths.prompts)}
    return KnownBox(
        bundle=bundle,
        documents=answer["bundle"]["Flows"],
        library=msgspec.structs.replace(library, prompts={**own, **prompt_stems(bundle.prompts)}),
        targets=Targets(mailboxes=frozenset(answer["mailboxes"]), groups=frozenset(answer["groups"])),
        region=configuration.box.region,
        language=configuration.box.language,
    )


def with_box(library: Library, *, functions: Mapping[str, str]) -> Library:
    """A library with the default flows, with functions and the box's own."""
    own = {name: default_flow(name) for name in default_names()}
    return msgspec.structs.replace(
        library,
        flows={**own, **library.flows},
        functions={**BOX_FUNCTION_NAMES, **library.functions, **functions},
    )


def joined(bundle: Bundle, box: KnownBox | None) -> Library:
    """What flows of `bundle` find once it is installed on `box`, or on none."""
    mine = msgspec.structs.replace(library_of(bundle), prompts=prompt_stems(bundle.prompts))
    if box is None:
        return with_box(mine, functions={})
    theirs = box.library
    return msgspec.structs.replace(
        theirs,
        flows={**theirs.flows, **mine.flows},
        modules={**theirs.modules, **mine.modules},
        hours={**theirs.hours, **mine.hours},
        bots={**theirs.bots, **mine.bots},
        prompts={**theirs.prompts, **mine.prompts},
        names={**theirs.names, **mine.names},
    )


def _queue(row: Mapping[str, Any]) -> QueueFacts:
    return QueueFacts(queue=QueueId(row["queue"]), hours=row["hours"], caller_id=row["caller_id"])
