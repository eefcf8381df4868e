"""`tally db`: migrate and check the database, make its application's role, open institutions, resume a stopped log."""

from typing import Annotated

import typer

from api.commands.configured import read_settings
from api.commands.connection import AsJson
from api.commands.outcome import EXIT_DONE, EXIT_LATER, say, say_json
from api.commands.passphrase import read_password
from api.commands.tables import facts, table

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Migrate and check the database, make the application's role, open institutions, resume a stopped log.",
)


@app.command()
def migrate(*, as_json: AsJson = False) -> None:
    """Bring the database to the tables of this version; again is harmless."""
    from ledger.storage import migrate as migrating  # noqa: PLC0415  # SQLAlchemy, which --help does without

    settings = read_settings()
    if not settings.database:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = migrating.revision(settings.database_url)
    after = migrating.migrate(settings.database_url)
    if as_json:
        say_json({"before": before, "after": after})
        return
    say(
        f"Revision {after}, nothing to do."
        if before == after
        else f"Migrated from {before or 'nothing'} to revision {after}."
    )


@app.command()
def revision(*, as_json: AsJson = False) -> None:
    """Say which revision the database is at and which this version needs; exit code 3 when they differ."""
    from ledger.storage import migrate as migrating  # noqa: PLC0415  # as above

    settings = read_settings()
    found, needed = migrating.revision(settings.database_url), migrating.newest_revision()
    if as_json:
        say_json({"found": found, "needed": needed})
    else:
        say(facts([("Database", found or "none"), ("Needed", needed)]))
        if found != needed:
            say("Next: tally db migrate")
    raise typer.Exit(EXIT_DONE if found == needed else EXIT_LATER)


@app.command()
def role(
    name: Annotated[
        str, typer.Argument(metavar="ROLE", help="The role that `tally serve` and `tally worker` sign in as.")
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Make or refresh the application's PostgreSQL role, which can neither change history nor switch its guards off.

    Run it with the owner's TALLY_DATABASE, after each `tally db migrate`. The password is asked for, or read from standard input.
    """
    from ledger.storage.roles import create_app_role  # noqa: PLC0415  # psycopg, which --help does without

    url = read_settings().database_url
    create_app_role(url, role=name, password=read_password(f"Password of {name}"))
    if as_json:
        say_json({"role": name})
        return
    say(f"{name} may read and add, and change only what is no history.")
    say("Next: run `tally serve` and `tally worker` with TALLY_DATABASE naming this role, never the owner.")


@app.command()
def institution(
    code: Annotated[str, typer.Argument(metavar="CODE", help="Short code, as it stands in contract numbers.")],
    *,
    name: Annotated[str, typer.Option(help="Its name.")],
    zone: Annotated[str, typer.Option(help="Its time zone, which business days follow.")] = "Asia/Shanghai",
    as_json: AsJson = False,
) -> None:
    """Open another institution: its keys, its logs, its administrator."""
    from api.commands.local import opened  # noqa: PLC0415  # as above
    from api.wiring.first_start import ADMINISTRATOR_FILE, InstitutionOrder, ensure_institution  # noqa: PLC0415  # as above

    with opened() as here:
        row = ensure_institution(here, InstitutionOrder(code=code, name=name, zone=zone))
        token = here.keyring.folder / row.code / ADMINISTRATOR_FILE
    if as_json:
        say_json({"id": row.id, "code": row.code, "administrator_token": str(token)})
        return
    say(facts([("Institution", row.code), ("Id", row.id), ("Administrator", f"token in {token}")]))
    say("Its logs run with the next turn of the worker, and are registered on the chain then.")


@app.command()
def resume(
    log: Annotated[
        str, typer.Argument(metavar="LOG", help="Name of the stopped log, as `tally chain status` lists it.")
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Re-verify a stopped log from its rows up, and only then let it run again."""
    from api.commands.local import opened  # noqa: PLC0415  # as above
    from api.wiring import ids  # noqa: PLC0415  # as above
    from ledger.services.log.read_checkpoint import log_named  # noqa: PLC0415  # as above
    from ledger.services.log.resume import resume as resume_log  # noqa: PLC0415  # as above

    with opened() as here:
        row = here.stores.database.read(lambda tx: log_named(tx, log))
        done = resume_log(here.stores, row, ids.now())
    if as_json:
        say_json({"log": row.origin, "entries": done.entries, "signed": done.signed, "rewritten": list(done.rewritten)})
        return
    say(f"{row.origin} runs again: {done.entries:,} entries and {done.checkpoints:,} checkpoints hold.")
    for path in done.rewritten:
        say(f"  written again from the rows: {path}")


@app.command()
def check(*, as_json: AsJson = False) -> None:
    """Open everything that `serve` and `worker` need, and say what is missing; nothing is changed."""
    from api.commands.preflight import look  # noqa: PLC0415  # as above

    lines = look(read_settings())
    if as_json:
        say_json([{"name": line.name, "ok": line.ok, "detail": line.detail} for line in lines])
    else:
        say(table(("WHAT", "", "FOUND"), [(line.name, "ok" if line.ok else "NO", line.detail) for line in lines]))
    raise typer.Exit(EXIT_DONE if all(line.ok for line in lines) else EXIT_LATER)
