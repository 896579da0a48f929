"""Files in an object store: S3 and what speaks like it, by obstore.

Access keys come from the environment (AWS_ACCESS_KEY_ID …) or the machine's role, never from the address.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit, urlunsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore, S3Store

from appliance.console.storing.storage import PAGE, PIECE_BYTES, MissingFileError, StorageError, StoredFile, checked

if TYPE_CHECKING:
    from obstore import GetOptions, OffsetRange
    from obstore.store import S3Config

_OPTIONS = {"endpoint", "region"}


class ObjectStorage:
    """Implements `storage.Storage`."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    @classmethod
    def at(cls, url: str) -> ObjectStorage:
        """`s3://bucket/prefix?region=…&endpoint=https://…`; an endpoint is for stores other than Amazon's. Raises
        StorageError."""
        parts = urlsplit(url)
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.scheme != "s3" or not parts.netloc or options.keys() - _OPTIONS or "@" in parts.netloc:
            raise StorageError(
                "the address of the object store can't be used; write s3://BUCKET/PREFIX?region=REGION, with "
                "&endpoint=URL for a store that isn't Amazon's, and give its keys in the environment"
            )
        bare = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
        plain_http = options.get("endpoint", "").startswith("http://")
        with _errors(bare):
            config: S3Config = {
                "region": options.get("region", "us-east-1"),
                "virtual_hosted_style_request": "endpoint" not in options,
            }
            if "endpoint" in options:
                config["endpoint"] = options["endpoint"]
            store = S3Store.from_url(bare, config=config, client_options={"allow_http": plain_http})
        return cls(store)

    async def put(self, name: str, data: bytes) -> None:
        with _errors(name):
            await obstore.put_async(self._store, checked(name), data)

    async def put_stream(self, name: str, pieces: AsyncIterator[bytes]) -> None:
        with _errors(name):
            await obstore.put_async(self._store, checked(name), pieces)

    async def read(self, name: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        if end is not None and end <= start:
            return
        with _errors(name):
            options: GetOptions = {"range": _range(start, end)}
            found = await obstore.get_async(self._store, checked(name), options=options)
            async for piece in found.stream(min_chunk_size=PIECE_BYTES):
                yield bytes(piece)

    async def size(self, name: str) -> int | None:
        try:
            with _errors(name):
                return int((await obstore.head_async(self._store, checked(name)))["size"])
        except MissingFileError:
            return None

    async def delete(self, name: str) -> None:
        try:
            with _errors(name):
                await obstore.delete_async(self._store, checked(name))
        except MissingFileError:
            return

    async def names(self, folder: str) -> list[str]:
        with _errors(folder):
            found = [meta["path"] async for page in obstore.list(self._store, checked(folder)) for meta in page]
        return sorted(found)

    async def pages(self, folder: str) -> AsyncIterator[list[StoredFile]]:
        with _errors(folder):
            async for page in obstore.list(self._store, checked(folder), chunk_size=PAGE):
                yield [StoredFile(name=one["path"], changed_s=one["last_modified"].timestamp()) for one in page]

    async def tidy(self, folder: str, *, before_s: float) -> int:
        """Nothing: an upload in parts that broke off can't be seen from here; the bucket's life-cycle rule ends it."""
        return 0

    async def close(self) -> None:
        """Nothing is held."""


def _range(start: int, end: int | None) -> OffsetRange | tuple[int, int]:
    return {"offset": start} if end is None else (start, end)


@contextmanager
def _errors(name: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise MissingFileError(f"the store of recordings has no {name}") from error
    except (BaseError, OSError, ValueError) as error:
        first = str(error).splitlines()[0][:200]
        raise StorageError(f"the store of recordings can't do {name}: {first}; check it and its keys") from error
