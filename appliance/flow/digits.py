"""Keys typed ahead: pressed while no input was waiting for them. An input takes them before it plays its prompt."""

from __future__ import annotations

from appliance.flow.run import Run

KEYS = frozenset("0123456789*#")
MOST_KEYS = 64
SWALLOW_S = 2.0  # how long the "#" after a complete input may lag


def is_late_terminator(run: Run, key: str) -> bool:
    """Whether `key` still belongs to the input that its length ended; any other key ends the expectation."""
    if run.swallow and run.swallow[0] == key and run.now < run.swallow_until:
        run.swallow = run.swallow[1:]
        return True
    run.swallow = ""
    return False


def buffer_key(run: Run, key: str) -> None:
    """Keep a key for the next input."""
    if len(run.keys) < MOST_KEYS:
        run.keys += key


def next_key(run: Run) -> str:
    """Take the oldest key typed ahead, "" where there is none."""
    key, run.keys = run.keys[:1], run.keys[1:]
    return key


def expect_terminator(run: Run, terminator: str) -> None:
    """An input ended by its length: the terminator that people press out of habit is not the next answer."""
    run.swallow, run.swallow_until = terminator, run.now + SWALLOW_S
    while run.keys and run.swallow and run.keys[0] == run.swallow[0]:
        run.keys, run.swallow = run.keys[1:], run.swallow[1:]


def forget_keys(run: Run) -> None:
    """Nothing typed so far is an answer to what comes now."""
    run.keys = run.swallow = ""
