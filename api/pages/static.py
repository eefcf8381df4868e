"""The pages' own files and those installed beside them, each under an address that changes with the content.

Promises: `/static/<version>/name` may be kept for a year, for another content has another version; what a page names is the
content that the page was written for (subresource integrity). The version covers the whole folder, so scripts may name each
other by relative addresses. Leaves to scripts/install_assets: putting third-party files there.
"""

import base64
import hashlib
from functools import cache
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

from api.pages import WEB

STATIC: Final = WEB / "static"
_PDFJS: Final = "vendor/pdfjs/legacy/build/pdf"
_NEEDED: Final = ("vendor/htmx/dist/htmx.min.js", f"{_PDFJS}.min.mjs", f"{_PDFJS}.worker.min.mjs")
_FOREVER: Final = "public, max-age=31536000, immutable"


@cache
def version() -> str:
    """Return a digest of every file's name and content, short enough for an address."""
    hasher = hashlib.sha256()
    for file in sorted(path for path in STATIC.rglob("*") if path.is_file()):
        name, content = file.relative_to(STATIC).as_posix().encode(), file.read_bytes()
        hasher.update(len(name).to_bytes(4, "big") + name + hashlib.sha256(content).digest())
    return hasher.hexdigest()[:16]


def address(name: str) -> str:
    """Return where a page finds a file, or the files of a folder."""
    return f"/static/{version()}/{name}"


@cache
def integrity(name: str) -> str:
    """Return the `integrity` attribute of a script or style sheet."""
    return "sha384-" + base64.b64encode(hashlib.sha384((STATIC / name).read_bytes()).digest()).decode()


def missing() -> tuple[str, ...]:
    """Return which third-party files are not there; without them contracts cannot be read on the page."""
    return tuple(name for name in _NEEDED if not (STATIC / name).is_file())


class VersionedStatic:
    """ASGI application: serves the folder under its version, for as long as a cache likes; another version is not found."""

    def __init__(self) -> None:
        self._files = StaticFiles(directory=STATIC)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        root = scope.get("root_path", "")
        named, _, rest = scope["path"].removeprefix(root).lstrip("/").partition("/")
        if named != version() or not rest or any(part.startswith(".") for part in rest.split("/")):
            raise HTTPException(404, "no such file in this version; reload the page")

        async def kept(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in {200, 206, 304}:
                MutableHeaders(scope=message)["Cache-Control"] = _FOREVER
            await send(message)

        await self._files({**scope, "root_path": f"{root}/{named}"}, receive, kept)
