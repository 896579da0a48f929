"""Puts the audio of a bundle into the prompt folder, under names that no other version has.

Done before the bundle is installed: a file that no installed bundle names is heard by nobody.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from appliance.contact.speech.conversion import convert
from appliance.contact.speech.programs import Patience
from appliance.contact.speech.sound import write_wav
from appliance.errors import ContactError, FlowError
from appliance.flow.bundle import Bundle
from appliance.flow.bundle_files import Gathered
from appliance.switchboard.publication.flow_set import prompt_stem

LIMIT_S = 300.0


def store_sounds(bundle: Bundle, gathered: Gathered, folder: Path) -> list[Path]:
    """Convert and keep every prompt; returns what was written. Raises FlowError with every file that is no sound."""
    problems: list[str] = []
    written: list[Path] = []
    for name, sha256 in bundle.prompts.items():
        target = folder / f"{prompt_stem(name, sha256)}.wav"
        if sha256 not in gathered.sounds or target.exists():
            continue
        try:
            _keep(target, *gathered.sounds[sha256])
        except ContactError as error:
            problems.append(f"prompt {name}: {error}")
        except OSError as error:
            problems.append(f"prompt {name}: {target} can't be written ({error.strerror}); use sudo")
        else:
            written.append(target)
    if problems:
        raise FlowError("the flow bundle can't be used; nothing was changed", problems)
    return written


def _keep(target: Path, ending: str, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="linekeeper-") as folder:
        source = Path(folder) / f"prompt{ending}"
        source.write_bytes(data)
        pcm = convert(source, Patience(LIMIT_S))
    aside = target.with_name(f".{target.stem}.{os.getpid()}.wav")
    try:
        write_wav(aside, pcm)
        aside.chmod(0o644)  # the service reads what root brings
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
