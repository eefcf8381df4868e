import pytest
from sqlalchemy import Connection, bindparam, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from ledger.errors import Unavailable
from ledger.storage.database import Database
from ledger.storage.kept import Kept, point
from ledger.storage.rows import is_key_taken
from ledger.storage.tables.log import idempotency, lease
from support.storage_rows import AT

_INSERT = Kept(insert(lease).inline(), ("name", "holder", "fence", "expires_at"))
_NAMES = Kept(select(lease.c.name).where(lease.c.fence >= bindparam("least")).order_by(lease.c.name).limit(2))
_HOLDER = Kept(select(lease.c.holder).where(lease.c.name == bindparam("lease")))
_MOVE = Kept(update(lease).where(lease.c.holder == bindparam("by")).values(holder=bindparam("to")))
_NOWHERE = Kept(text("SELECT * FROM nowhere"))


def row(name: str, fence: int = 1) -> dict[str, object]:
    return {"name": name, "holder": "somebody", "fence": fence, "expires_at": AT}


def test_what_is_inserted_is_read_back_with_a_constant_of_the_statement_kept(database: Database) -> None:
    database.write(lambda tx: _INSERT.change(tx, [row("c", 3), row("a", 1), row("b", 2), row("d", 4)]))
    assert database.read(lambda tx: _NAMES.all(tx, {"least": 2})) == [("b",), ("c",)]
    assert database.read(lambda tx: _NAMES.first(tx, {"least": 4})) == ("d",)
    assert database.read(lambda tx: _NAMES.first(tx, {"least": 5})) is None


def test_a_scalar_is_the_first_column_or_none(database: Database) -> None:
    database.write(lambda tx: _INSERT.change(tx, row("a")))
    assert database.read(lambda tx: _HOLDER.scalar(tx, {"lease": "a"})) == "somebody"
    assert database.read(lambda tx: _HOLDER.scalar(tx, {"lease": "b"})) is None


def test_changed_rows_are_counted_for_one_and_for_many_values(database: Database) -> None:
    assert database.write(lambda tx: _INSERT.change(tx, [row("a"), row("b")])) == 2
    assert database.write(lambda tx: _MOVE.change(tx, {"by": "somebody", "to": "other"})) == 2
    assert database.write(lambda tx: _MOVE.change(tx, [{"by": "other", "to": "x"}, {"by": "nobody", "to": "y"}])) == 2
    assert database.write(lambda tx: _MOVE.change(tx, {"by": "nobody", "to": "y"})) == 0


def test_bytes_come_back_as_bytes(database: Database) -> None:
    values: dict[str, object] = {"body_hash": bytes(range(256)), "status": 201}
    values |= dict.fromkeys(("principal_id", "route", "key", "response", "created_at"), "x")
    keep = Kept(insert(idempotency).inline(), tuple(values))
    database.write(lambda tx: keep.change(tx, values))
    assert database.read(lambda tx: Kept(select(idempotency.c.body_hash)).all(tx)) == [(bytes(range(256)),)]


def test_a_taken_key_is_told_as_sqlalchemy_tells_it(database: Database) -> None:
    database.write(lambda tx: _INSERT.change(tx, row("a")))

    def again(tx: Connection) -> bool:
        with pytest.raises(IntegrityError) as refused, point(tx):
            _INSERT.change(tx, row("a"))
        return is_key_taken(refused.value)

    assert database.write(again)


def test_a_missing_table_is_told_as_sqlalchemy_tells_it(database: Database) -> None:
    def work(tx: Connection) -> None:
        with pytest.raises((OperationalError, ProgrammingError)), point(tx):
            _NOWHERE.all(tx)

    database.write(work)
    with pytest.raises(Unavailable) as refused:
        database.read(_NOWHERE.all)
    assert refused.value.code == "database.unavailable"


def test_a_point_undoes_its_own_rows_and_no_others(database: Database) -> None:
    def undone(tx: Connection) -> None:
        with point(tx):
            _INSERT.change(tx, row("undone"))
            raise ZeroDivisionError

    def work(tx: Connection) -> None:
        _INSERT.change(tx, row("before"))
        with point(tx):
            _INSERT.change(tx, row("kept"))
            with pytest.raises(ZeroDivisionError):
                undone(tx)
        _INSERT.change(tx, row("after"))

    database.write(work)
    found = database.read(lambda tx: tx.scalars(select(lease.c.name).order_by(lease.c.name)).all())
    assert found == ["after", "before", "kept"]


def test_a_read_cannot_write_through_a_kept_statement(database: Database) -> None:
    with pytest.raises(Unavailable):
        database.read(lambda tx: _INSERT.change(tx, row("a")))
    assert database.read(lambda tx: _NAMES.all(tx, {"least": 0})) == []
