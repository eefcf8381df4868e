"""What every outbox does with its rows: queue once, hand out what is due, let one worker claim it, write what became of it, forget it.

Promises: a worker sends only what it claimed, so two workers never send one at the same time. Leaves words, addresses and sending to
others. DESIGN 9.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from sqlalchemy import Connection, Table, delete, update

from ledger.storage.rows import RowClass, changed, fetch_all, insert_ignore, select_rows, values_of

WAITING, SENT, DEAD, DROPPED = "waiting", "sent", "dead", "dropped"


class OutboxRow(RowClass, Protocol):
    """A message that waits, or what became of it; times as the log writes them."""

    @property
    def id(self) -> str: ...
    @property
    def due_at(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def attempts(self) -> int: ...
    @property
    def last_code(self) -> str | None: ...
    @property
    def done_at(self) -> str | None: ...


Row = TypeVar("Row", bound=OutboxRow)


@dataclass(frozen=True)
class Outbox(Generic[Row]):
    """One table of messages that leave; `settled` names what is written of a row when it is settled."""

    table: Table
    row: type[Row]
    settled: tuple[str, ...]

    def queue(self, tx: Connection, rows: Sequence[Row]) -> int:
        """Queue rows that are not there yet; return how many are new."""
        return insert_ignore(tx, self.table, [values_of(row) for row in rows]) if rows else 0

    def due(self, tx: Connection, now: str, limit: int = 20) -> list[Row]:
        """Return waiting rows whose time has come, the oldest first."""
        rows = self.table.c
        statement = select_rows(self.row, self.table).where(rows.status == WAITING, rows.due_at <= now)
        return fetch_all(tx, self.row, statement.order_by(rows.due_at, rows.id).limit(limit))

    def claim(self, tx: Connection, row: Row, until: str) -> bool:
        """Take a row until then; False when another worker has it, or it changed meanwhile."""
        rows = self.table.c
        same = (rows.id == row.id) & (rows.status == WAITING) & (rows.due_at == row.due_at)
        return changed(tx, update(self.table).where(same).values(due_at=until, attempts=row.attempts + 1)) == 1

    def settle(self, tx: Connection, row: Row) -> None:
        """Write what became of a claimed row."""
        values = {name: getattr(row, name) for name in self.settled}
        tx.execute(update(self.table).where(self.table.c.id == row.id).values(values))

    def forget(self, tx: Connection, before: str) -> int:
        """Delete rows that were settled before this time; return how many."""
        return changed(tx, delete(self.table).where(self.table.c.done_at < before))
