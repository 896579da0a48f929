"""Passwords that lie in files of their own, so that the configuration itself can be shown to anybody."""

from __future__ import annotations

from pathlib import Path


def read_password(path: Path) -> str:
    """Without the line's end. Raises OSError, UnicodeDecodeError."""
    return path.read_text(encoding="utf-8").strip()


def password_fault(path: Path) -> str:
    """What is wrong with the file, "" where it can be used."""
    try:
        return "" if read_password(path) else "is empty"
    except (OSError, UnicodeDecodeError) as error:
        return f"can't be read ({getattr(error, 'strerror', None) or 'not UTF-8'})"
