"""Rows of the token tree: nodes by hash, the newest leaves, changes by version, versions.

Promises: what a version wrote is there whole or not at all; a node is never changed. Leaves hashing to `core.blacklist.tree`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select

from ledger.core.blacklist.tree import Branch, Leaf, Node, Token
from ledger.errors import Conflict, VerificationFailed
from ledger.storage.forms import Instant
from ledger.storage.rows import fetch_all, find_one, insert_new, select_rows, values_of
from ledger.storage.tables import blacklist as table

BATCH = 500  # rows in one statement: below the parameter limit of every SQLite
MOST_LEAVES = 16_384  # a page of a megabyte


@dataclass(frozen=True)
class VersionRow:
    epoch_id: bytes
    number: int
    root: bytes
    count: int
    record: bytes
    recorded_entry: str
    at: Instant


@dataclass(frozen=True)
class NodeRow:
    hash: bytes
    is_leaf: int
    first: bytes
    second: bytes


@dataclass(frozen=True)
class LeafRow:
    token: bytes
    value: bytes


@dataclass(frozen=True)
class ChangeRow:
    token: bytes
    value: bytes | None


def node(tx: Connection, name: bytes) -> Node:
    """Return the node of a hash; raise VerificationFailed("token-tree.incomplete")."""
    row = find_one(tx, NodeRow, table.token_node, hash=name)
    found = None if row is None else _node(row)
    if found is None or found.hash != name:
        raise VerificationFailed(
            "token-tree.incomplete", f"node {name.hex()[:16]} of the token tree is missing or altered"
        )
    return found


def insert_nodes(tx: Connection, nodes: Mapping[bytes, Node]) -> None:
    """Store nodes; those that are there already are the same."""
    rows = [values_of(_row(name, node)) for name, node in nodes.items()]
    for first in range(0, len(rows), BATCH):
        for row in rows[first : first + BATCH]:
            insert_new(tx, table.token_node, row)


def apply_changes(tx: Connection, epoch_id: bytes, version: int, changes: Mapping[Token, bytes | None]) -> None:
    """Store what a version changed, and bring the newest leaves up to it."""
    leaf = table.token_leaf
    for token, value in sorted(changes.items()):
        insert_new(tx, table.token_change, {"epoch_id": epoch_id, "version": version, "token": token, "value": value})
        tx.execute(delete(leaf).where(leaf.c.epoch_id == epoch_id, leaf.c.token == token))
        if value is not None:
            insert_new(tx, leaf, {"epoch_id": epoch_id, "token": token, "value": value})


def leaf_count(tx: Connection, epoch_id: bytes) -> int:
    statement = select(func.count()).select_from(table.token_leaf).where(table.token_leaf.c.epoch_id == epoch_id)
    return int(tx.execute(statement).scalar_one())


def leaves(tx: Connection, epoch_id: bytes, *, after: bytes = b"", limit: int = MOST_LEAVES) -> list[Leaf]:
    """Return leaves in the order of their tokens, past `after`."""
    columns = table.token_leaf.c
    statement = select(columns.token, columns.value).where(columns.epoch_id == epoch_id, columns.token > after)
    rows = fetch_all(tx, LeafRow, statement.order_by(columns.token).limit(min(limit, MOST_LEAVES)))
    return [Leaf(Token(row.token), row.value) for row in rows]


def changes_since(tx: Connection, epoch_id: bytes, version: int) -> dict[Token, bytes | None]:
    """Return the last change of every token that changed after a version."""
    columns = table.token_change.c
    statement = select(columns.token, columns.value).where(columns.epoch_id == epoch_id, columns.version > version)
    return {Token(row.token): row.value for row in fetch_all(tx, ChangeRow, statement.order_by(columns.version))}


def insert_version(tx: Connection, row: VersionRow) -> None:
    """Store a version; Conflict("version.exists") when another worker made it first."""
    if not insert_new(tx, table.token_version, values_of(row)):
        raise Conflict("version.exists", f"version {row.number} was made by another worker: read it")


def newest_versions(tx: Connection, epoch_id: bytes, *, limit: int = 2) -> list[VersionRow]:
    """Return the newest versions of an epoch, the newest first."""
    statement = select_rows(VersionRow, table.token_version).where(table.token_version.c.epoch_id == epoch_id)
    return fetch_all(tx, VersionRow, statement.order_by(table.token_version.c.number.desc()).limit(limit))


def version_numbered(tx: Connection, epoch_id: bytes, number: int) -> VersionRow | None:
    return find_one(tx, VersionRow, table.token_version, epoch_id=epoch_id, number=number)


def _row(name: bytes, found: Node) -> NodeRow:
    if isinstance(found, Leaf):
        return NodeRow(name, 1, found.token, found.value)
    return NodeRow(name, 0, found.left, found.right)


def _node(row: NodeRow) -> Node:
    return Leaf(Token(row.first), row.second) if row.is_leaf else Branch(row.first, row.second)
