"""Flow bundles as admins upload them: opened, judged, drawn, and packed as boxes take them.

An upload may be a bundle document, an archive of a box or of files, or a single flow in any shape that `flow` imports.
"""

from __future__ import annotations

import asyncio

import msgspec

from appliance.archives import ZIP_BEGINS, unzipped, zipped
from appliance.errors import FlowError
from appliance.flow.bundle import Bundle, read_bundle
from appliance.flow.bundle_files import DOCUMENT_FILE, Gathered, gather, packed
from appliance.flow.check import Finding, check
from appliance.flow.drawing import dot
from appliance.flow.model import Flow

DRAW_S = 20.0
_FORMAT = b'"linekeeper-flows/'
_DRAWING = asyncio.Semaphore(2)


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One flow of a bundle with what is to be said about it."""

    flow: Flow
    findings: list[Finding]


def opened(content: bytes, name: str = "flow") -> Gathered:
    """name: of a single flow, its file's name without the ending. Raises FlowError with every problem."""
    if not content.startswith(ZIP_BEGINS):
        return gather({DOCUMENT_FILE if _FORMAT in content[:200_000] else f"{name}.json": content})
    return gather(unzipped(content, "the archive"))


def for_boxes(gathered: Gathered) -> bytes:
    """As 'linekeeper flow export' packs it: a document, or an archive with its sounds. Raises FlowError."""
    if not gathered.sounds:
        return gathered.document
    other = [sha256[:12] for sha256, (ending, _) in gathered.sounds.items() if ending.lower() != ".wav"]
    if other:
        raise FlowError("the sounds of a bundle must be WAV files", [f"sound {one} is none" for one in other])
    files = packed(gathered.document, {sha256: content for sha256, (_, content) in gathered.sounds.items()})
    return zipped(files)


def judged(gathered: Gathered) -> tuple[Bundle, list[Judged]]:
    """The bundle and its flows and modules, by name. Raises FlowError."""
    bundle = read_bundle(gathered.document)
    flows = {**bundle.modules, **bundle.flows}
    return bundle, [Judged(flow=flows[name], findings=check(flows[name])) for name in sorted(flows)]


async def drawn(flow: Flow) -> bytes:
    """The flow as SVG. Raises FlowError where Graphviz is missing or gives up."""
    async with _DRAWING:
        try:
            child = await asyncio.create_subprocess_exec(
                "dot", "-Tsvg", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        except OSError as error:
            raise FlowError("pictures need Graphviz", ["install it: apt install graphviz"]) from error
        try:
            async with asyncio.timeout(DRAW_S):
                picture, _ = await child.communicate(dot(flow).encode())
        except TimeoutError:
            raise FlowError("Graphviz can't draw this flow", [f"it took more than {DRAW_S:g} s"]) from None
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
    if child.returncode != 0:
        raise FlowError("Graphviz can't draw this flow", [f"it ended with {child.returncode}"])
    return picture
