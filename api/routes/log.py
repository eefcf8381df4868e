"""The published logs (C2SP tlog-tiles): checkpoints and hash tiles for everybody, entry bundles with credentials."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.auth import Here, Reading
from ledger.errors import NotFound
from ledger.services.log.read_checkpoint import list_logs, log_named, read_checkpoint
from ledger.services.log.read_tile import read_bundle, read_tile
from ledger.storage.logs import LogRow

router = APIRouter(prefix="/log", tags=["log"])

_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_FRESH = {"Cache-Control": "no-cache"}


def named(here: Here, name: str) -> LogRow:
    """Return the log published under this name; raise NotFound("log.unknown")."""
    return here.stores.database.read(lambda tx: log_named(tx, name))


@router.get("")
def get_logs(here: Here) -> dict[str, object]:
    """List the logs: name, origin, verifier key and size."""
    return {"items": [vars(line) for line in list_logs(here.stores)]}


@router.get("/{name}/checkpoint", response_class=Response)
def get_checkpoint(here: Here, name: str) -> Response:
    """Return the newest signed checkpoint (C2SP tlog-checkpoint)."""
    return Response(read_checkpoint(here.stores, name), media_type="text/plain; charset=utf-8", headers=_FRESH)


@router.get("/{name}/tile/entries/{path:path}", response_class=Response)
def get_bundle(here: Here, act: Reading, name: str, path: str) -> Response:
    """Return an entry bundle; needs a role that may read entries, since types and times are business facts."""
    return Response(
        read_bundle(here.stores, act, named(here, name), f"tile/entries/{path}"), media_type="application/octet-stream"
    )


@router.get("/{name}/tile/{path:path}", response_class=Response)
def get_tile(here: Here, name: str, path: str) -> Response:
    """Return a hash tile."""
    return Response(
        read_tile(here.stores, named(here, name), f"tile/{path}"),
        media_type="application/octet-stream",
        headers=_FOREVER,
    )


@router.get("/{name}/{path:path}", response_class=Response, include_in_schema=False)
def no_such_resource(name: str, path: str) -> Response:
    """Refuse what tlog-tiles does not have, with the same words for every name."""
    raise NotFound("log.no-resource", f"a log publishes `checkpoint` and `tile/…`, not {path[:60]!r} of {name[:30]!r}")
