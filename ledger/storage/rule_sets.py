"""Rows of rule sets.

Promises: a version is proposed once and published once; versions of one name only grow. Leaves what they rule to
`ledger.core.applications`. DESIGN 6.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select, update

from ledger.errors import Conflict
from ledger.storage.forms import Instant
from ledger.storage.rows import changed, fetch_all, find_one, insert_new, page_size, select_rows, values_of
from ledger.storage.tables import applications as table


@dataclass(frozen=True)
class RuleSetRow:
    id: str
    institution_id: str
    name: str
    version: int
    sha256: bytes
    content: str
    valid_from: str
    author_id: str
    proposed_entry: str
    public_key: str | None = None
    published_entry: str | None = None
    published_at: Instant | None = None

    @property
    def holds_from(self) -> str | None:
        """When it holds: from its publication, or later where it says so; None while it is only proposed."""
        return None if self.published_at is None else max(self.valid_from, self.published_at)


def insert_rule_set(tx: Connection, row: RuleSetRow) -> None:
    """Store a proposed rule set; Conflict("ruleset.version") unless its version is above all earlier ones of its name."""
    rows = table.rule_set
    newest = select(func.max(rows.c.version)).where(
        rows.c.institution_id == row.institution_id, rows.c.name == row.name
    )
    last = tx.execute(newest).scalar() or 0
    if row.version <= last or not insert_new(tx, rows, values_of(row)):
        raise Conflict("ruleset.version", f"expected a version above {last}, got {row.version}")


def rule_set_by_id(tx: Connection, rule_set_id: str) -> RuleSetRow | None:
    return find_one(tx, RuleSetRow, table.rule_set, id=rule_set_id)


def rule_sets(tx: Connection, institution_id: str, *, limit: int = 200) -> list[RuleSetRow]:
    """Return the institution's rule sets, proposed and published, newest first."""
    statement = select_rows(RuleSetRow, table.rule_set).where(table.rule_set.c.institution_id == institution_id)
    return fetch_all(tx, RuleSetRow, statement.order_by(table.rule_set.c.id.desc()).limit(page_size(limit)))


def rule_set_at(tx: Connection, institution_id: str, at: str) -> RuleSetRow | None:
    """Return the published rule set that holds since latest at `at`."""
    rows = table.rule_set
    statement = select_rows(RuleSetRow, rows).where(
        rows.c.institution_id == institution_id, rows.c.published_at <= at, rows.c.valid_from <= at
    )
    found = fetch_all(tx, RuleSetRow, statement)
    return max(found, key=lambda row: (row.holds_from or "", row.published_entry or ""), default=None)


def publish_rule_set(tx: Connection, rule_set_id: str, *, public_key: str, entry_id: str, at: str) -> None:
    """Note the publication; Conflict("ruleset.published") when it was published before."""
    open_row = (table.rule_set.c.id == rule_set_id) & table.rule_set.c.published_entry.is_(None)
    values = {"public_key": public_key, "published_entry": entry_id, "published_at": at}
    if not changed(tx, update(table.rule_set).where(open_row).values(values)):
        raise Conflict("ruleset.published", "this rule set is published already; propose a new version to change it")
