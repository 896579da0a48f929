"""Which store of files the settings mean."""

from __future__ import annotations

from pathlib import Path

from appliance.console.settings import Settings
from appliance.console.storing.folder import FolderStorage
from appliance.console.storing.objects import ObjectStorage
from appliance.console.storing.storage import Storage, StorageError

FOLDER = "recordings"  # in the console's data folder


def open_storage(settings: Settings) -> Storage:
    """Raises StorageError."""
    place = settings.recordings
    if "://" in place:
        return ObjectStorage.at(place)
    folder = Path(place) if place else settings.data_dir / FOLDER
    if not folder.is_absolute():
        raise StorageError(f"the folder of recordings {place!r} has to be a whole path, beginning with /")
    return FolderStorage(folder)
