"""What a console process is told when it starts. Everything else lies in the database."""

from __future__ import annotations

from pathlib import Path

import msgspec

from appliance.contact.settings import SpeechSettings


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """database: an SQLAlchemy address, `sqlite+aiosqlite:///file` or `postgresql+asyncpg://…`; data_dir: keys of the
    console and, unless they lie elsewhere, the recordings; public_url: where people reach it, box_url: where boxes do
    (without a slash at the end); secure: people come by https, so cookies are marked for it; recordings: a folder's
    path or an object store's address (`s3://…`), "" for `<data_dir>/recordings`; webhook_networks: networks of one's
    own (10.0.0.0/8) that webhooks may lead to, which otherwise go outside only; demo_data: made-up branches live in it;
    speech: how prompts are spoken.
    """

    database: str
    data_dir: Path
    public_url: str
    box_url: str
    secure: bool = True
    recordings: str = ""
    processes: int = 1
    webhook_networks: tuple[str, ...] = ()
    demo_data: bool = False
    speech: SpeechSettings = SpeechSettings()
