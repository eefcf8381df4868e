"""Bringing a database to the tables this version expects, and refusing to work on any other.

Promises: a migration happens whole or not at all, once, however many processes start it. Leaves the steps to
`migrations/versions` and the PostgreSQL roles to `roles`. DESIGN 10.
"""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from ledger.errors import Unavailable
from ledger.storage.database import Database

CLEARED = "0016"  # the revision that took words about people out of a table: no copy of them stays in freed pages
LOCK = 0x74616C6C79  # "tally": the PostgreSQL advisory lock that lets one process migrate at a time


def migrate(url: str) -> str:
    """Bring the database to the newest revision and return it; Unavailable("database.newer") when it is ahead of us."""
    database = Database(url, pool_size=1)
    try:
        before = database.read(_current)
        after = database.write(_upgrade)
        if before is not None and before < CLEARED <= after:
            database.rewrite()
        return after
    finally:
        database.close()


def revision(url: str) -> str | None:
    """Return the revision of a database, None when it has no tables of ours."""
    database = Database(url, pool_size=1)
    try:
        return database.read(_current)
    finally:
        database.close()


def newest_revision() -> str:
    """Return the revision that this version of the software works on."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    return head or ""


def require_current(database: Database) -> None:
    """Refuse an older or newer database: Unavailable("database.unmigrated" | "database.newer")."""
    current = database.read(_current)
    _refuse_newer(current)
    if current != newest_revision():
        raise Unavailable(
            "database.unmigrated",
            f"expected database revision {newest_revision()}, got {current or 'none'}: run `tally db migrate`",
        )


def _upgrade(tx: Connection) -> str:
    if tx.dialect.name == "postgresql":
        tx.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    _refuse_newer(_current(tx))
    config = _config()
    config.attributes["connection"] = tx
    command.upgrade(config, "head")
    return newest_revision()


def _current(tx: Connection) -> str | None:
    return MigrationContext.configure(tx).get_current_revision()


def _refuse_newer(current: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if current is not None and current not in known:
        raise Unavailable(
            "database.newer",
            f"expected a database up to revision {newest_revision()}, got {current}: run the newer version of tally",
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "ledger.storage:migrations")
    return config
