"""Audit of the blacklist's list: the leaves give the root that was signed, and are what the shown listings make.

Promises: where the leaves give the signed root, a listing that is shown otherwise is named; where they do not, the leaves are. Leaves to
others: rows that entries tell (core.blacklist.expected). DESIGN sections 7 and 8.
"""

from collections.abc import Iterator
from itertools import groupby

from ledger.core.blacklist.listings import SHOWN, ListingState, leaf_value
from ledger.core.blacklist.sorted_leaves import SortedLeaves
from ledger.core.blacklist.tree import EMPTY_ROOT, TOKEN_BYTES
from ledger.core.log.audit_findings import Finding, Gathered
from ledger.core.log.audit_shown import NOTHING, show
from ledger.storage.audit_reads import Read, distinct, stream
from ledger.storage.database import Connection

_STATES = {"", *ListingState}


def check_token_tree(tx: Connection, gathered: Gathered) -> None:
    """Check the leaves of every epoch."""
    read = Read(table="listing_state", columns=("listing_id", "published"), order=("listing_id",))
    published: dict[object, object] = {raw[0]: raw[1] for raw in stream(tx, read)}
    for listing, state in published.items():
        if state not in _STATES:
            _find(
                gathered, ("listing_state", show("id", listing), "published"), "a state, or none", show("state", state)
            )
    for epoch in distinct(tx, "blacklist_epoch", "id"):
        if isinstance(epoch, bytes):
            _check_epoch(tx, gathered, epoch, published)


def _check_epoch(tx: Connection, gathered: Gathered, epoch: bytes, published: dict[object, object]) -> None:
    leaves, expected = dict(_leaves(tx, epoch)), dict(_expected(tx, epoch, published))
    root = SortedLeaves(b"".join(token + leaves[token] for token in sorted(leaves))).root()
    signed = _signed_root(tx, epoch)
    if root != signed:
        _find(gathered, ("token_leaf", epoch.hex(), "value"), signed.hex(), root.hex())
    for token in sorted(leaves.keys() | expected.keys()):
        leaf, made = _told(leaves.get(token)), _told(expected.get(token))
        if leaf != made and root == signed:  # what was signed is right: a listing is shown otherwise
            _find(gathered, ("listing_state", token.hex(), "published"), leaf, made)
        elif leaf != made:
            _find(gathered, ("token_leaf", token.hex(), "value"), made, leaf)


def _leaves(tx: Connection, epoch: bytes) -> Iterator[tuple[bytes, bytes]]:
    read = Read(table="token_leaf", columns=("token", "value"), order=("token",), equal={"epoch_id": epoch})
    for token, value in stream(tx, read):
        if _is_digest(token) and _is_digest(value):
            yield token, value  # type: ignore[misc]  # both were checked just above


def _is_digest(value: object) -> bool:
    return isinstance(value, bytes) and len(value) == TOKEN_BYTES


def _expected(tx: Connection, epoch: bytes, published: dict[object, object]) -> Iterator[tuple[bytes, bytes]]:
    """Yield token and value of each leaf that the shown listings make."""
    read = Read(table="listing", columns=("token", "id", "sealed"), order=("token", "id"), equal={"epoch_id": epoch})
    for token, rows in groupby(stream(tx, read), key=lambda row: row[0]):
        shown = [
            (str(listing), str(published.get(listing)), sealed)
            for _, listing, sealed in rows
            if published.get(listing) in set(SHOWN) and isinstance(sealed, bytes)
        ]
        if shown and isinstance(token, bytes):
            yield token, leaf_value(shown)


def _signed_root(tx: Connection, epoch: bytes) -> bytes:
    read = Read(table="token_version", columns=("root",), order=("number",), equal={"epoch_id": epoch})
    roots = [raw[0] for raw in stream(tx, read)]
    newest = roots[-1] if roots else EMPTY_ROOT
    return newest if isinstance(newest, bytes) else b""


def _told(value: bytes | None) -> str:
    return value.hex() if value is not None else NOTHING


def _find(gathered: Gathered, place: tuple[str, str, str], expected: str, found: str) -> None:
    kind, name, column = place
    gathered.find(Finding(code="row.differs", kind=kind, id=name, field=column, expected=expected, found=found))
