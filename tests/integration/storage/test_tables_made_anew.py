"""Migrations that make a table anew (keys of each institution, limits in a currency): every row stays, guarded as before."""

import pytest
from alembic import command
from sqlalchemy import Connection, text

from ledger.errors import Conflict
from ledger.storage.enrolled_keys import EnrolledKeyRow, insert_key, key_by_id, revoke_key
from ledger.storage.migrate import _config, migrate, newest_revision
from ledger.storage.policies import delegations_to
from support.databases import opened

INSTITUTION = "INSERT INTO institution VALUES (:id, :id, 'r', 'z', '{}', 'k', '{}', 'e0')"
KEY = """INSERT INTO enrolled_key (key_id, owner_kind, owner_id, institution_id, suite, public_key, purpose, credential_id, enrolled_entry, enrolled_at)
    VALUES ('ed25519:aa', 'person', 'p', 'a', 'ed25519', :raw, 'sign', NULL, 'e1', '2026-11-26T00:00:00.000Z')"""
DELEGATION = (
    "INSERT INTO delegation VALUES ('d', 'a', 'olga', 'hans', 'officer', '2026-12-01T00:00:00.000Z', '5', 'e3', NULL)"
)
ROW = EnrolledKeyRow("ed25519:aa", "a", "person", "p", "ed25519", b"k", "sign", None, "e1", "2026-11-26T00:00:00.000Z")


def _before(tx: Connection) -> None:
    config = _config()
    config.attributes["connection"] = tx
    command.upgrade(config, "0018")
    for name in ("a", "b"):
        tx.execute(text(INSTITUTION), {"id": name})
    tx.execute(text(KEY), {"raw": b"k"})
    tx.execute(text(DELEGATION))


def test_rows_stay_and_another_institution_may_have_the_same_key(empty_url: str) -> None:
    with opened(empty_url) as database:
        database.write(_before)
    assert migrate(empty_url) == newest_revision()
    with opened(empty_url) as database:
        assert database.read(lambda tx: key_by_id(tx, "a", ROW.key_id)) == ROW
        database.write(lambda tx: insert_key(tx, EnrolledKeyRow(**{**vars(ROW), "institution_id": "b"})))
        database.write(lambda tx: revoke_key(tx, "b", ROW.key_id, entry_id="e2", ground="lost", since=None))
        with pytest.raises(Conflict) as refused:
            database.write(
                lambda tx: tx.execute(text("UPDATE enrolled_key SET owner_id = 'q' WHERE institution_id = 'a'"))
            )
        assert refused.value.code == "database.refused"


def test_limits_of_old_are_in_the_currency_of_then(empty_url: str) -> None:
    with opened(empty_url) as database:
        database.write(_before)
    migrate(empty_url)
    with opened(empty_url) as database:
        (row,) = database.read(lambda tx: delegations_to(tx, "hans"))
        assert (row.limit_minor, row.currency, row.granted_entry) == ("5", "CNY", "e3")
        with pytest.raises(Conflict):
            database.write(lambda tx: tx.execute(text("UPDATE delegation SET currency = 'JPY'")))
