"""Objects: bytes under a name that are written once and never change (documents, tiles, bundles).

Promises: an object appears whole and durable or not at all; a name is never given other bytes. Leaves encryption to
`frames` and the choice of names to the caller. Local folder, S3 (with create-only requests) or memory. DESIGN 10, ADR 0042.
"""

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from obstore import store as stores
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError

from ledger.errors import Conflict, InvalidInput, NotFound, Unavailable

MAX_NAME = 512
UPLOADS = "uploading"  # half-written files of the local store; never listed, safe to delete when nothing runs
_NAME = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]*)(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


class Objects:
    """An opened object store; thread-safe."""

    def __init__(self, url: str, *, options: Mapping[str, str] | None = None) -> None:
        """Open file:///FOLDER, s3://BUCKET/PREFIX or memory://; `options` are obstore's for S3 (endpoint, keys, region)."""
        parts = urlsplit(url)
        self._folder: Path | None = None
        if parts.scheme == "memory":
            self._store: stores.ObjectStore = stores.MemoryStore()
        elif parts.scheme == "file" and parts.path.startswith("/") and not parts.netloc:
            self._folder = Path(unquote(parts.path))
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._durable: set[Path] = set()
            self._store = stores.LocalStore(self._folder)
        elif parts.scheme == "s3" and parts.netloc:
            self._store = _s3(url, options or {})
        else:
            raise InvalidInput(
                "object.url", f"expected file:///FOLDER, s3://BUCKET or memory://, got {parts.scheme}://"
            )

    def put(self, name: str, data: bytes) -> None:
        """Write an object durably; the same bytes again are welcome.

        Raises Conflict("object.differs") when the name has other bytes, Unavailable("object.unavailable").
        """
        _check(name)
        try:
            self._create(name, data)
        except AlreadyExistsError:
            self._compare(name, data)
        except (BaseError, OSError) as error:
            raise _unavailable(error) from error
        if self._folder is not None:
            self._sync_folders(self._folder / name)

    def get(self, name: str) -> bytes:
        """Return an object's bytes; NotFound("object.missing"), Unavailable("object.unavailable")."""
        _check(name)
        try:
            if self._folder is not None:  # several times faster than through the store, and every receipt reads some
                return (self._folder / name).read_bytes()
            return bytes(self._store.get(name).bytes())
        except (NotFoundError, FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
            raise NotFound("object.missing", f"expected an object named {name}, there is none") from error
        except (BaseError, OSError) as error:
            raise _unavailable(error) from error

    def exists(self, name: str) -> bool:
        _check(name)
        try:
            self._store.head(name)
        except (NotFoundError, FileNotFoundError):
            return False
        except (BaseError, OSError) as error:
            raise _unavailable(error) from error
        return True

    def names(self, prefix: str = "") -> list[str]:
        """Return the names in the folder `prefix` (all when empty), in the order of their code points."""
        if prefix:
            _check(prefix)
        try:
            found = [str(meta["path"]) for chunk in self._store.list(prefix or None) for meta in chunk]
        except (BaseError, OSError) as error:
            raise _unavailable(error) from error
        return sorted(name for name in found if not name.startswith(f"{UPLOADS}/"))

    def _create(self, name: str, data: bytes) -> None:
        if self._folder is None:
            self._store.put(name, data, mode="create")
            return
        # A name must never show half a file after a power cut: bytes first, then the name, which must be new.
        upload = f"{UPLOADS}/{secrets.token_hex(16)}"
        self._store.put(upload, data, mode="create")
        try:
            _sync(self._folder / upload)
            self._store.copy(upload, name, overwrite=False)
        finally:
            self._store.delete(upload)

    def _compare(self, name: str, data: bytes) -> None:
        if self.get(name) != data:
            raise Conflict(
                "object.differs", f"expected the bytes that {name} already has, got others: it stays as it is"
            )

    def _sync_folders(self, file: Path) -> None:
        """Make the new name durable, and the folders on the way to it the first time."""
        folder = file.parent
        _sync(folder)
        while folder != self._folder and folder not in self._durable:
            _sync(folder.parent)
            self._durable.add(folder)
            folder = folder.parent


def _s3(url: str, options: Mapping[str, str]) -> stores.S3Store:
    try:
        store = stores.from_url(url, config={**options}, client_options={"allow_http": True})  # type: ignore[call-overload]  # obstore lists S3's option names as a TypedDict
    except BaseError as error:
        raise InvalidInput("object.url", "expected s3://BUCKET/PREFIX and known options, got others") from error
    if not isinstance(store, stores.S3Store):
        raise InvalidInput("object.url", "expected s3://BUCKET/PREFIX, got another kind of store")
    return store


def _check(name: str) -> None:
    if len(name) > MAX_NAME or not _NAME.fullmatch(name) or name.split("/", maxsplit=1)[0] == UPLOADS:
        raise InvalidInput(
            "object.name", f"expected letters, digits, '.', '_', '-' and '/', got {name[:80]!r}", field="name"
        )


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unavailable(error: Exception) -> Unavailable:
    return Unavailable(
        "object.unavailable", f"expected the object store to answer, got {type(error).__name__}: see its own log"
    )
