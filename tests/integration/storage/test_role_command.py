"""`tally db role`: the application's role is made from the command line, and owners are refused."""

import io

import pytest
from sqlalchemy import make_url, text

from api.cli import run
from support.databases import new_postgresql_database, opened


@pytest.fixture
def owner_url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    server = request.getfixturevalue("postgresql_server")
    url = new_postgresql_database(server, template=request.getfixturevalue("postgresql_template"))
    monkeypatch.setenv("TALLY_DATABASE", url)
    return url


def role(name: str, password: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(password))
    return run(["db", "role", name])


def test_role_reads_and_adds_and_is_refreshed_by_running_again(
    owner_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for password in ("a first one", "another one"):
        assert role("tally_command", password + "\n", monkeypatch) == 0
    out = capsys.readouterr().out
    assert "tally_command" in out
    assert "another one" not in out
    app = make_url(owner_url).set(username="tally_command", password="another one")
    with opened(app.render_as_string(hide_password=False)) as database:
        assert database.read(lambda tx: tx.scalar(text("SELECT count(*) FROM entry"))) == 0


def test_owner_of_the_tables_is_refused_and_keeps_its_rights(
    owner_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    owner = make_url(owner_url).username or "postgres"

    assert role(owner, "anything\n", monkeypatch) == 2
    assert "[database.role]" in capsys.readouterr().err
    with opened(owner_url) as database:
        assert database.read(lambda tx: tx.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")))


def test_without_a_password_or_on_sqlite_or_before_migrating_nothing_is_made(
    owner_url: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert role("tally_none", "\n", monkeypatch) == 2
    assert "[password.missing]" in capsys.readouterr().err

    monkeypatch.setenv("TALLY_DATABASE", new_postgresql_database(request.getfixturevalue("postgresql_server")))
    assert role("tally_none", "a password\n", monkeypatch) == 3
    assert "[database.unmigrated]" in capsys.readouterr().err

    monkeypatch.delenv("TALLY_DATABASE")
    assert role("tally_none", "a password\n", monkeypatch) == 2
    assert "[database.url]" in capsys.readouterr().err
    with opened(owner_url) as database:
        query = text("SELECT count(*) FROM pg_roles WHERE rolname = 'tally_none'")
        assert database.read(lambda tx: tx.scalar(query)) == 0
