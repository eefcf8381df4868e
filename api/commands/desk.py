"""`tally desk`: what waits for you, delegations and departments, and what comes to an application after it was written, over HTTP."""

import base64
from pathlib import Path
from typing import Annotated

import typer

from api.commands.connection import AsJson, TokenFile, Url, connected
from api.commands.files import read_file
from api.commands.names import application_id
from api.commands.outcome import say, say_json
from api.commands.tables import facts, table
from api.schemas.strict_json import read_json
from ledger.core.applications.evidence import MAX_ATTACHMENT_BYTES, Result
from ledger.core.applications.main_unit import from_main_unit, in_main_unit
from ledger.core.log.permissions import Role
from ledger.errors import InvalidInput
from signing.canonical import Json

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="What waits for you, delegations, attachments and evidence.",
)

_MOST_BYTES = 64 * 1024
Application = Annotated[str, typer.Argument(metavar="APPLICATION", help="Id or number of the application.")]
Person = Annotated[str, typer.Argument(metavar="PERSON", help="Id of the person.")]


@app.command()
def queue(*, as_json: AsJson = False, url: Url = None, token_file: TokenFile = None) -> None:
    """List what you could decide now, in one of your roles or one delegated or escalated to you, or name a committee for; due first."""
    with connected(url, token_file) as client:
        items = client.get("/v1/queue")["items"]
    if as_json:
        say_json(items)
        return
    lines = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    rows = [(str(item["number"]), str(item["waiting_for"]), _asked(item), _due(item)) for item in lines]
    say(table(("APPLICATION", "DECIDED BY", "ASKED OF YOU", "UNTIL"), rows) if rows else "Nothing waits for you.")


def _asked(item: dict[str, Json]) -> str:
    return "a committee to be named" if item["names_committee"] else "a decision"


def _due(item: dict[str, Json]) -> str:
    marks = [word for name, word in (("is_overdue", "overdue"), ("is_escalated", "escalated to you")) if item[name]]
    return " · ".join([str(item["due_on"]), *marks])


@app.command()
def delegate(  # noqa: PLR0913  # each is an option of the command
    person: Person,
    *,
    role: Annotated[Role, typer.Option(help="Which of your roles.")],
    until: Annotated[str, typer.Option(metavar="TIME", help="With its zone: 2026-12-24T18:00:00+08:00.")],
    limit: Annotated[
        str, typer.Option(metavar="AMOUNT", help='Up to this much, all linked loans together: "CNY 200,000.00".')
    ],
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Let a colleague decide in your place."""
    currency, minor = from_main_unit(limit)
    body: dict[str, Json] = {
        "delegate": person,
        "role": role.value,
        "until": until,
        "limit": {"currency": currency, "minor": str(minor)},
    }
    with connected(url, token_file) as client:
        done = client.post("/v1/delegations", body)
    _tell(done, "Delegated", as_json=as_json)


@app.command()
def revoke(
    delegation: Annotated[
        str, typer.Argument(metavar="DELEGATION", help="Its id, as `tally desk delegations` shows it.")
    ],
    *,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Take a delegation back; it stops counting at once."""
    with connected(url, token_file) as client:
        done = client.post(f"/v1/delegations/{delegation}/revocations", {})
    _tell(done, "Taken back", as_json=as_json)


@app.command()
def delegations(*, as_json: AsJson = False, url: Url = None, token_file: TokenFile = None) -> None:
    """List what you delegated and what was delegated to you."""
    with connected(url, token_file) as client:
        items = client.get("/v1/delegations")["items"]
    if as_json:
        say_json(items)
        return
    lines = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    names = ("id", "role", "holder", "delegate", "until")
    rows = [
        (*(str(item[name]) for name in names), _amount(item["limit"]), "taken back" if item["is_revoked"] else "")
        for item in lines
    ]
    say(table(("ID", "ROLE", "OF", "TO", "UNTIL", "LIMIT", ""), rows) if rows else "There is no delegation.")


def _amount(limit: Json) -> str:
    told = limit if isinstance(limit, dict) else {}
    return in_main_unit(str(told["currency"]), int(str(told["minor"])))


@app.command()
def department(  # noqa: PLR0913  # each is an option of the command
    person: Person,
    name: Annotated[str, typer.Argument(metavar="DEPARTMENT", help="A lower-case word, as policies name it.")],
    *,
    leave: Annotated[bool, typer.Option("--leave", help="Take the person out of it.")] = False,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Put a person into a department."""
    at = f"/v1/people/{person}/departments"
    with connected(url, token_file) as client:
        done = client.post(f"{at}/{name}/leavings", {}) if leave else client.post(at, {"department": name})
    _tell(done, "Left" if leave else "Joined", as_json=as_json)


@app.command()
def mail(
    email: Annotated[str, typer.Argument(metavar="[EMAIL]", help="The address; without one, no mail is sent.")] = "",
    *,
    person: Annotated[str, typer.Option("--person", metavar="PERSON", help="Whose, by an administrator.")] = "",
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Say where mail about work that waits for you goes."""
    with connected(url, token_file) as client:
        whose = person or client.get("/v1/me")["id"]
        done = client.post(f"/v1/people/{whose}/addresses", {"email": email or None})
    _tell(done, "Set" if email else "Taken away", as_json=as_json)


@app.command()
def attach(
    application: Application,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JPEG, PNG or PDF that the application lists.")],
    *,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Hand in the bytes of an attachment."""
    data = read_file(file, most=MAX_ATTACHMENT_BYTES)
    with connected(url, token_file) as client:
        path = f"/v1/applications/{application_id(client, application)}/attachments"
        done = client.upload(path, {"file": (file.name, data, "application/octet-stream")}, {})
    _tell(done, "Attached", as_json=as_json)


@app.command()
def verify(  # noqa: PLR0913  # each is an option of the command
    application: Application,
    material: Annotated[str, typer.Argument(metavar="MATERIAL", help="What was checked, such as identity.")],
    *,
    source: Annotated[str, typer.Option(help="Against what it was held.")],
    result: Annotated[Result, typer.Option(help="What came of it.")],
    sha256: Annotated[str | None, typer.Option(metavar="HEX", help="Of the attachment, where it is one.")] = None,
    note: Annotated[str | None, typer.Option(help="A remark.")] = None,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Record that a material was checked."""
    body: dict[str, Json] = {
        "material": material, "sha256": sha256, "source": source, "result": result.value, "note": note
    }  # fmt: skip
    with connected(url, token_file) as client:
        done = client.post(f"/v1/applications/{application_id(client, application)}/verifications", body)
    _tell(done, "Recorded", as_json=as_json)


@app.command()
def fetched(
    application: Application,
    envelope: Annotated[Path, typer.Argument(metavar="FILE", help="JSON: source, hashes, fetched_at, valid_until.")],
    *,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Record data of a third party in its envelope."""
    body = _json(envelope)
    with connected(url, token_file) as client:
        done = client.post(f"/v1/applications/{application_id(client, application)}/third-party-data", body)
    _tell(done, "Recorded", as_json=as_json)


@app.command()
def checked(  # noqa: PLR0913  # each is an option of the command
    application: Application,
    receipt: Annotated[Path, typer.Argument(metavar="RECEIPT", help="Receipt of the check.")],
    opening: Annotated[Path, typer.Argument(metavar="OPENING", help="What opens it.")],
    *,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Record a look-up in the shared blacklist; the service verifies the receipt."""
    files = {"receipt": receipt, "opening": opening}
    body: dict[str, Json] = {
        name: base64.b64encode(read_file(file, most=_MOST_BYTES)).decode() for name, file in files.items()
    }
    with connected(url, token_file) as client:
        done = client.post(f"/v1/applications/{application_id(client, application)}/checks", body)
    _tell(done, "Recorded", as_json=as_json)


def _json(file: Path) -> dict[str, Json]:
    value = read_json(read_file(file, most=_MOST_BYTES), "envelope")
    if not isinstance(value, dict):
        raise InvalidInput("evidence.invalid", f"expected a JSON object in {file}")
    return value


def _tell(done: dict[str, Json], what: str, *, as_json: bool) -> None:
    if as_json:
        say_json(done)
        return
    say(facts([(what, str(done["id"])), ("Entry", str(done["entry"]))]))
