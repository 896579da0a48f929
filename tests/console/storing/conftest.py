"""Every kind of store, empty: a folder, and an S3 server on loopback (moto)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from kit.object_server import ObjectServer

from appliance.console.storing.folder import FolderStorage
from appliance.console.storing.objects import ObjectStorage
from appliance.console.storing.storage import Storage


@pytest.fixture(scope="session")
def object_server() -> Iterator[ObjectServer]:
    with ObjectServer() as server:
        yield server


@pytest.fixture(params=["folder", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return FolderStorage(tmp_path / "store")
    server: ObjectServer = request.getfixturevalue("object_server")
    return ObjectStorage.at(server.bucket(f"b-{uuid4()}"))
