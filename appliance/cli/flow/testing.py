"""`linekeeper flow test`: runs test cases in Amazon's Connect Testing language on paper."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import msgspec

from appliance.cli.exit_codes import ExitCode
from appliance.cli.flow.box import KnownBox, known_box, the_box
from appliance.cli.flow.files import bundle_of, chosen, read_bytes, read_source
from appliance.cli.flow.paper import Paper, facts_of, library_for, paper_options, world_of
from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_json
from appliance.errors import FlowError
from appliance.flow.bundle import Bundle
from appliance.flow.cases import CaseResult, run_case
from appliance.flow.document import read_json
from appliance.flow.facts import ContactFacts
from appliance.flow.model import Flow
from appliance.flow.tolerant import decode_text

NOTHING = Bundle(sha256="", flows={}, modules={}, hours={}, bots={}, functions={}, prompts={}, names={})


@click.command("test")
@click.argument("cases", metavar="CASE…", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--on", "source", type=click.Path(path_type=Path), help="A flow or a bundle; default: the box's flows.")
@click.option("--flow", "name", help="The flow to test; default: the one the case names (EntryPoint), or the only one.")
@paper_options
@config_option
@json_option
def test(
    *,
    cases: tuple[Path, ...],
    source: Path | None,
    name: str | None,
    config_file: Path,
    as_json: bool,
    **paper: Any,
) -> int:
    """Run test CASEs (Connect Testing language, Version 2025-06-21) on a flow: content alone, or as the API gives it.

    Keys are pressed as the case says; what would need speech fails the case and says so. No case changes anything.

    Exit code 1 says that a case failed.

    Example: linekeeper flow test menu-case.json --on main-menu.json
    """
    box = the_box(config_file) if source is None else known_box(config_file)
    bundle = NOTHING if source is None else bundle_of(read_source(source))
    bench = _Bench(Paper(**paper), bundle, box, name)
    results = {str(case): bench.run(case) for case in cases}
    if as_json:
        show_json([{"case": case, **msgspec.to_builtins(result)} for case, result in results.items()])
    else:
        for case, result in results.items():
            _show(case, result)
    return ExitCode.OK if all(result.passed for result in results.values()) else ExitCode.FAILURE


class _Bench:
    """Where cases run. Without a bundle the box's own flows are tested."""

    def __init__(self, paper: Paper, bundle: Bundle, box: KnownBox | None, name: str | None) -> None:
        self._paper = paper
        self._box = box
        self._bundle = bundle if bundle is not NOTHING or box is None else box.bundle
        self._library, self.notes = library_for(paper, self._bundle, box)
        self._name = name

    def run(self, file: Path) -> CaseResult:
        """Raises FlowError where `file` is no test case or its flow isn't there."""
        content, about = _case(file)
        entry = _mapping(_mapping(about, "EntryPoint"), "VoiceCallEntryPointParameters")
        facts = _facts(facts_of(self._paper, self._box), entry, about)
        flow = self._flow(entry)
        return run_case(content, flow, facts, library=self._library, world=world_of(self._paper))

    def _flow(self, entry: Mapping[str, Any]) -> Flow:
        named = entry.get("FlowId")
        if self._name is None and isinstance(named, str):
            found = self._library.flow(named)
            if found is None:
                raise FlowError(f"the case tests flow {named}", ["it is not here; name another with --flow, or map it"])
            return found
        if self._name is not None and (own := self._library.flow(self._name)) is not None:
            return own
        return chosen(self._bundle, self._name)


def _case(file: Path) -> tuple[Any, Mapping[str, Any]]:
    """The content of a test case, and what stands around it in the API's form."""
    document = read_json(decode_text(read_bytes(file)))
    about = _mapping(document, "TestCase") or (document if isinstance(document, Mapping) else {})
    content = about.get("Content")
    if isinstance(content, str):
        content = read_json(content)
    return (content if content is not None else document), about


def _facts(facts: ContactFacts, entry: Mapping[str, Any], about: Mapping[str, Any]) -> ContactFacts:
    """Numbers and attributes that the case brings along."""
    raw = about.get("InitializationData")
    data = read_json(raw) if isinstance(raw, str) and raw else raw
    attributes = _mapping(data, "Attributes") or _mapping(data, "attributes")
    return msgspec.structs.replace(
        facts,
        customer_endpoint=str(entry.get("SourcePhoneNumber") or facts.customer_endpoint),
        system_endpoint=str(entry.get("DestinationPhoneNumber") or facts.system_endpoint),
        attributes={**{str(key): str(value) for key, value in attributes.items()}, **facts.attributes},
    )


def _mapping(holder: Any, key: str) -> Mapping[str, Any]:
    found = holder.get(key) if isinstance(holder, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _show(case: str, result: CaseResult) -> None:
    click.echo(f"{'passed' if result.passed else 'FAILED'}  {case}: {len(result.observed)} observations")
    for fault in result.faults:
        click.echo(f"  {fault}")
    for label, value in result.logged.items():
        click.echo(f"  {label} = {value}")
