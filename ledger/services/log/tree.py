"""A log's tree, read back from its published tiles (C2SP tlog-tiles below `logs/<log id>/`).

Promises: one place that says where tiles lie; the widest tile that holds a hash will do. Leaves to others: writing tiles,
and comparing the root that they give with the signed one.
"""

from ledger.core.log.tiles import TILE_WIDTH, Tile, TileReader
from ledger.errors import NotFound
from ledger.services.context import Stores


def object_name(log_id: int, path: str) -> str:
    """Return the name of the object that holds the tile or bundle of this C2SP path."""
    return f"logs/{log_id}/{path}"


def tree_reader(stores: Stores, log_id: int, size: int) -> TileReader:
    """Return the reader of the first `size` leaves; a missing tile raises NotFound("object.missing")."""

    def fetch(tile: Tile) -> bytes:
        try:
            return stores.objects.get(object_name(log_id, tile.path))
        except NotFound:
            if tile.width == TILE_WIDTH:
                raise
            return stores.objects.get(object_name(log_id, Tile(tile.level, tile.index).path))

    return TileReader(size, fetch)
