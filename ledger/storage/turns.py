"""Turns: works that must not run at the same time though they touch different rows, such as adding up what one of them is about to add.

Promises: a turn is held until its transaction ends, and what others committed before is seen by every read after it. On SQLite there
is one writer at a time, so every writer has its turn already. Leaves to services what a turn is called; within one transaction a
subject's head is locked first, and turns are taken in the order of `PEOPLE`, `LOANS`.
"""

from sqlalchemy import Connection, text

from ledger.storage.kept import Kept

PEOPLE = "people"  # alone: who changes roles, delegations, keys; together: who decides or signs with them
LOANS = "loans"  # alone: who adds up linked applications, or puts a policy in force; together: who ends an application


def take_turn(tx: Connection, name: str, institution_id: str) -> None:
    """Wait until nobody else has this turn of an institution, alone or together with others."""
    _wait(tx, _ALONE, name, institution_id)


def share_turn(tx: Connection, name: str, institution_id: str) -> None:
    """Wait until nobody has this turn alone; others may share it."""
    _wait(tx, _TOGETHER, name, institution_id)


def _wait(tx: Connection, statement: Kept, name: str, institution_id: str) -> None:
    if tx.dialect.name == "postgresql":
        statement.scalar(tx, {"name": f"{name} {institution_id}"})


_ALONE = Kept(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"))
_TOGETHER = Kept(text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:name, 0))"))
