"""`linekeeper console` in processes of its own, on ports that the system chooses.

Where several processes, signals or real TLS matter; else `kit.console` is quicker.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

BOUND_S = 60.0
MAIN = "import sys; from appliance.cli.main import main; sys.exit(main(sys.argv[1:]))"


@contextmanager
def started(
    data_dir: Path, *words: str, errors: IO[str] | None = None, **environment: str
) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """The process, and what it said when it was ready. errors: where its log goes."""
    full = [sys.executable, "-c", MAIN, "console", "--json", "--listen", "127.0.0.1:0", "--box-listen", "127.0.0.1:0"]
    process = subprocess.Popen(
        [*full, "--data-dir", str(data_dir), *words],
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        env={**os.environ, **environment},
    )
    assert process.stdout is not None
    try:
        yield process, json.loads(_document(process))
    finally:
        process.terminate()
        try:
            assert process.wait(BOUND_S) == 0
        finally:
            process.kill()
            process.stdout.close()


def _document(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or lines[-1].rstrip() != "}":
        line = process.stdout.readline()
        assert line, f"it ended with {process.wait(BOUND_S)}"
        lines.append(line)
    return "".join(lines)
