"""`tally policy`: approval policies as spreadsheets: look at one here, propose and publish it over HTTP."""

import re
from datetime import UTC
from pathlib import Path
from typing import Annotated

import typer

from api.commands.connection import AsJson, Force, TokenFile, Url, connected
from api.commands.files import read_file, write_file
from api.commands.outcome import EXIT_FAILED, note, say, say_json
from api.commands.policy_rules import app as rules
from api.commands.tables import covered, facts, table
from api.schemas.applications import checked_policy
from api.schemas.policy_files import MAX_FILE_BYTES, Format, read_policy_file, write_policy_file
from api.wiring import ids
from ledger.core.applications.default_policy import SHIPPED
from ledger.core.applications.policy_check import find_defects
from ledger.core.log.directory import format_instant
from signing.canonical import Json

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Approval policies as JSON, CSV or Excel workbook: look at one, propose, publish and export it.",
)

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

app.add_typer(rules, name="rules")

PolicyFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="The policy as .json, .csv or .xlsx; - for standard input.")
]
PolicyId = Annotated[
    str,
    typer.Argument(metavar="POLICY", help="Id of a policy, or one that we ship: `default`, `default-without-check`."),
]


@app.command()
def check(file: PolicyFile, *, as_json: AsJson = False) -> None:
    """Look at a policy here, without a service: gaps and overlaps with examples; exit 1 where there are any."""
    read = read_policy_file(read_file(file, most=MAX_FILE_BYTES))
    defects = find_defects(read.policy, read.places)
    if as_json:
        say_json(checked_policy(read, defects))
    else:
        policy = read.policy
        say(
            facts(
                [
                    ("Policy", f"{policy.name}, {len(policy.rows)} rows, {len(policy.paths)} paths"),
                    ("SHA-256", policy.sha256().hex()),
                ]
            )
        )
        for defect in defects:
            say(f"{'Overlap' if defect.rows else 'Gap'}: {defect.text(read.places)}")
        say(
            f"{len(defects)} {'defect' if len(defects) == 1 else 'kinds of defects'}: it cannot be proposed like this"
            if defects
            else "Every case is covered exactly once."
        )
    if defects:
        raise typer.Exit(EXIT_FAILED)


@app.command()
def export(  # noqa: PLR0913  # each is an option of the command
    policy: PolicyId = "default",
    form: Annotated[Format, typer.Option("--format", help="What to write.")] = "xlsx",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to write; - for standard output.")
    ] = None,
    *,
    force: Force = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Write a policy to a file that a spreadsheet program opens; those that we ship need no service."""
    if policy in SHIPPED:
        data = write_policy_file(SHIPPED[policy], form)
    else:
        with connected(url, token_file) as client:
            data = client.get_bytes(f"/v1/policies/{policy}", format=form)
    path = output or Path(f"policy-{policy}.{form}")
    write_file(path, data, force=force)
    note(f"Wrote {path}, {len(data):,} bytes.")


@app.command()
def propose(
    file: PolicyFile,
    valid_from: Annotated[
        str | None,
        typer.Option(
            "--valid-from", metavar="TIME", help="When it is to hold at the earliest, with its zone; else at once."
        ),
    ] = None,
    *,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Propose a policy; a second person publishes it."""
    data = read_file(file, most=MAX_FILE_BYTES)
    since = valid_from or format_instant(ids.now().astimezone(UTC))
    with connected(url, token_file) as client:
        proposed = client.post_file("/v1/policies/files", data, valid_from=since)
    if as_json:
        say_json(proposed)
        return
    say(
        facts(
            [
                ("Proposed", str(proposed["id"])),
                ("Holds from", f"{since}, never before its publication"),
                covered(proposed),
            ]
        )
    )
    say(f"Next: another person runs tally policy publish {proposed['id']}")


@app.command("dry-run")
def dry_run(  # noqa: PLR0913  # each is an option of the command
    policy: Annotated[
        str, typer.Argument(metavar="POLICY", help="A file (.json, .csv, .xlsx), or the id of a proposed policy.")
    ],
    since: Annotated[str, typer.Option("--since", metavar="TIME", help="From this time on, with its zone.")],
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="Before this time, with its zone.")],
    *,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Try a policy on past applications: how many would have taken which path, and which ones."""
    with connected(url, token_file) as client:
        data = (
            client.get_bytes(f"/v1/policies/{policy}")
            if _ID.fullmatch(policy)
            else read_file(Path(policy), most=MAX_FILE_BYTES)
        )
        tried = client.post_file("/v1/policies/dry-runs", data, since=since, until=until)
    if as_json:
        say_json(tried)
        return
    before, after = _counts(tried["before"]), _counts(tried["after"])
    say(
        table(
            ("PATH", "BEFORE", "AFTER"),
            [(name, before.get(name, "0"), after.get(name, "0")) for name in sorted({*before, *after})],
        )
    )
    say()
    for sentence in _items(tried["summary"]):
        say(f"{sentence};")
    say(f"{tried['moved_count']} of {tried['applications']} applications would have taken another path.")
    moved = [item for item in _items(tried["moved"]) if isinstance(item, dict)]
    if moved:
        say()
        say(
            table(
                ("APPLICATION", "BEFORE", "AFTER", "BY ROW"),
                [tuple(str(item[name]) for name in ("number", "before", "after", "row")) for item in moved],
            )
        )


def _counts(value: Json) -> dict[str, str]:
    return {name: str(count) for name, count in value.items()} if isinstance(value, dict) else {}


def _items(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


@app.command()
def publish(
    policy: Annotated[str, typer.Argument(metavar="POLICY", help="Id of a proposed policy.")],
    *,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Put a proposed policy into force; never by its author."""
    with connected(url, token_file) as client:
        published = client.post(f"/v1/policies/{policy}/publications", {})
    if as_json:
        say_json(published)
        return
    say(facts([("Published", str(published["id"])), covered(published)]))


@app.command("list")
def list_(*, as_json: AsJson = False, url: Url = None, token_file: TokenFile = None) -> None:
    """List the policies of your institution, newest first."""
    with connected(url, token_file) as client:
        found = client.get("/v1/policies")
    if as_json:
        say_json(found)
        return
    lines = [item for item in _items(found["items"]) if isinstance(item, dict)]
    rows = [(str(item["id"]), str(item["name"]), str(item["holds_from"] or "proposed")) for item in lines]
    say(table(("POLICY", "NAME", "HOLDS FROM"), rows))
