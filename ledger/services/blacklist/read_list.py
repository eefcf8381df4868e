"""Read the list as a partner syncs it: versions, leaves, changes, one bucket with its path, details. Open to members only.

Promises: nothing asked here tells the registry whom a partner looks for, but for the bucket (a prefix) where one is fetched.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ledger.core.blacklist.listings import SHOWN
from ledger.core.blacklist.tree import DEPTH, EMPTY, Branch, Leaf, Token, bit
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import InvalidInput, NotFound
from ledger.services.blacklist.known import known_epoch
from ledger.services.context import Act, Stores
from ledger.storage.blacklist import ListingRow, listing_state_of, listings_of, listings_published_since
from ledger.storage.database import Connection
from ledger.storage.token_tree import VersionRow, changes_since, leaves, newest_versions, node, version_numbered

MOST_PREFIX_BITS = 16


@dataclass(frozen=True)
class Page:
    """Leaves in order, and the version that was the newest when they were read."""

    version: int
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True)
class Delta:
    """The last change of every token that changed since a version, up to the newest one."""

    version: VersionRow
    changes: dict[Token, bytes | None]


@dataclass(frozen=True)
class Bucket:
    """All leaves of one version that share the first bits of a prefix, the hashes beside the path to them, and their listings."""

    version: VersionRow
    siblings: tuple[bytes, ...]
    leaves: tuple[Leaf, ...]
    listings: tuple["Published", ...]


@dataclass(frozen=True)
class Wanted:
    """A page of details: changed after a version, with ids past `after`."""

    since: int = 0
    after: str = ""
    limit: int = 200


@dataclass(frozen=True)
class Published:
    """A listing as the newest version shows it; state is empty where it is shown no longer."""

    row: ListingRow
    state: str


def read_versions(stores: Stores, act: Act, epoch_id: bytes) -> list[VersionRow]:
    """Return the newest two versions, the newest first; raise NotFound("epoch.unknown"), NotAllowed."""
    return stores.database.read(lambda tx: _versions(tx, act, epoch_id))


def read_leaves(stores: Stores, act: Act, epoch_id: bytes, *, after: bytes, limit: int) -> Page:
    """Return a page of the newest leaves past a token; raise NotFound: epoch.unknown, version.none."""
    return stores.database.read(
        lambda tx: Page(_newest(tx, act, epoch_id).number, tuple(leaves(tx, epoch_id, after=after, limit=limit)))
    )


def read_changes(stores: Stores, act: Act, epoch_id: bytes, *, since: int) -> Delta:
    """Return what changed since a version; raise NotFound: epoch.unknown, version.none."""
    return stores.database.read(lambda tx: Delta(_newest(tx, act, epoch_id), changes_since(tx, epoch_id, since)))


def read_bucket(stores: Stores, act: Act, epoch_id: bytes, prefix: str, number: int | None) -> Bucket:
    """Return the leaves of a version (the newest unless numbered) below a prefix of bits.

    Raises InvalidInput("list.prefix"), NotFound: epoch.unknown, version.none, version.unknown.
    """
    if not 1 <= len(prefix) <= MOST_PREFIX_BITS or set(prefix) - {"0", "1"}:
        raise InvalidInput(
            "list.prefix", f"expected a prefix of 1 to {MOST_PREFIX_BITS} bits, such as 010011000110", field="prefix"
        )
    return stores.database.read(lambda tx: _bucket(tx, _numbered(tx, act, epoch_id, number), prefix))


def read_details(stores: Stores, act: Act, epoch_id: bytes, wanted: Wanted) -> list[Published]:
    """Return a page of listings whose shown state changed since a version, with their sealed details."""
    return stores.database.read(lambda tx: _details(tx, act, epoch_id, wanted))


def _versions(tx: Connection, act: Act, epoch_id: bytes) -> list[VersionRow]:
    require(act.principal, Action.BLACKLIST_READ, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    known_epoch(tx, epoch_id)
    return newest_versions(tx, epoch_id)


def _newest(tx: Connection, act: Act, epoch_id: bytes) -> VersionRow:
    found = _versions(tx, act, epoch_id)
    if not found:
        raise NotFound("version.none", "there is no version of this list yet: try again in a moment")
    return found[0]


def _numbered(tx: Connection, act: Act, epoch_id: bytes, number: int | None) -> VersionRow:
    newest = _newest(tx, act, epoch_id)
    found = newest if number is None else version_numbered(tx, epoch_id, number)
    if found is None:
        raise NotFound("version.unknown", f"this list has no version {number}; the newest is {newest.number}")
    return found


def _bucket(tx: Connection, version: VersionRow, prefix: str) -> Bucket:
    place = Token((int(prefix, 2) << (DEPTH - len(prefix))).to_bytes(32, "big"))
    siblings, at = list[bytes](), version.root
    while at != EMPTY and len(siblings) < len(prefix):
        found = node(tx, at)
        if not isinstance(found, Branch):
            break
        at, beside = (found.right, found.left) if bit(place, len(siblings)) else (found.left, found.right)
        siblings.append(beside)
    below = tuple(_below(tx, at))
    shown = [_published(tx, row) for leaf in below for row in listings_of(tx, version.epoch_id, leaf.token)]
    return Bucket(version, tuple(siblings), below, tuple(one for one in shown if one.state))


def _below(tx: Connection, at: bytes) -> Iterator[Leaf]:
    if at == EMPTY:
        return
    found = node(tx, at)
    if isinstance(found, Leaf):
        yield found
        return
    yield from _below(tx, found.left)
    yield from _below(tx, found.right)


def _published(tx: Connection, row: ListingRow) -> Published:
    state = listing_state_of(tx, row.id)
    return Published(row, state.published if state and state.published in set(SHOWN) else "")


def _details(tx: Connection, act: Act, epoch_id: bytes, wanted: Wanted) -> list[Published]:
    _versions(tx, act, epoch_id)
    rows = listings_published_since(tx, epoch_id, wanted.since, after=wanted.after, limit=wanted.limit)
    return [_published(tx, row) for row in rows]
