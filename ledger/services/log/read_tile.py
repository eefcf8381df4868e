"""Read a file of the published tree: hash tiles for anybody, entry bundles for those who may read entries (DESIGN 3).

Promises: only what a signed checkpoint covers is handed out, under the one spelling of its path; everything else is the
same NotFound, so that nobody learns what is written but not yet signed.
"""

from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.core.log.tiles import TILE_HEIGHT, TILE_WIDTH, BundleRef, Tile, parse_tile_path
from ledger.errors import InvalidInput, NotFound
from ledger.services.context import Act, Stores
from ledger.services.log.tree import object_name
from ledger.storage.logs import LogRow, latest_checkpoint


def read_tile(stores: Stores, log: LogRow, path: str) -> bytes:
    """Return a hash tile of a log, as "tile/0/x001/234.p/5"; raise NotFound("tile.unknown").

    A partial tile of an older width is served while it exists; a reader can always use the wider one instead.
    """
    tile = _parse(path)
    if isinstance(tile, BundleRef):
        raise _unknown(path)
    return _read(stores, log, path, last_leaf=(tile.index * TILE_WIDTH + tile.width) << TILE_HEIGHT * tile.level)


def read_bundle(stores: Stores, act: Act, log: LogRow, path: str) -> bytes:
    """Return an entry bundle, as "tile/entries/000.p/5"; raise NotFound("tile.unknown"), NotAllowed."""
    require(act.principal, Action.ENTRIES_READ, Resource(log.institution_id, Grade.COMMERCIAL))
    bundle = _parse(path)
    if isinstance(bundle, Tile):
        raise _unknown(path)
    return _read(stores, log, path, last_leaf=bundle.index * TILE_WIDTH + bundle.width)


def _parse(path: str) -> Tile | BundleRef:
    try:
        return parse_tile_path(path)
    except InvalidInput as error:
        raise _unknown(path) from error


def _read(stores: Stores, log: LogRow, path: str, *, last_leaf: int) -> bytes:
    newest = stores.database.read(lambda tx: latest_checkpoint(tx, log.id))
    if newest is None or newest.size < last_leaf:
        raise _unknown(path)
    try:
        return stores.objects.get(object_name(log.id, path))
    except NotFound as error:
        raise _unknown(path) from error


def _unknown(path: str) -> NotFound:
    return NotFound("tile.unknown", f"the newest checkpoint's tree has no file {path[:80]!r}")
