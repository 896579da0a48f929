"""Sealed secrets open for their purpose, with their key, unchanged; and in no other way."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from appliance.console.people.vault import KEY_FILE, Vault, VaultError


def test_secret_when_sealed_then_opens_also_in_another_process_s_vault(tmp_path: Path) -> None:
    sealed = Vault(tmp_path / "data").seal("비밀", purpose="factor:kim")
    assert Vault(tmp_path / "data").open(sealed, purpose="factor:kim") == "비밀"
    assert ((tmp_path / "data" / KEY_FILE).stat().st_mode & 0o777) == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == [KEY_FILE]


def test_key_when_many_begin_at_once_then_one_for_all(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        vaults = list(pool.map(lambda _: Vault(tmp_path), range(8)))
    sealed = vaults[0].seal("x", purpose="p")
    assert {vault.open(sealed, purpose="p") for vault in vaults} == {"x"}


def test_secret_when_for_another_purpose_changed_or_of_another_key_then_refused(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "one")
    sealed = vault.seal("secret", purpose="factor:kim")
    raw = bytearray(base64.b64decode(sealed))
    raw[-1] ^= 1
    with pytest.raises(VaultError, match="factor:lee"):
        vault.open(sealed, purpose="factor:lee")
    for broken in (base64.b64encode(raw).decode(), "", "%%%", sealed[:10]):
        with pytest.raises(VaultError):
            vault.open(broken, purpose="factor:kim")
    with pytest.raises(VaultError, match="restore the file of this database"):
        Vault(tmp_path / "other").open(sealed, purpose="factor:kim")


def test_key_when_cut_short_then_said_and_not_made_anew(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_bytes(b"short")
    with pytest.raises(VaultError, match="5 bytes"):
        Vault(tmp_path)
