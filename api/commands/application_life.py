"""`tally application committee`, `correct`, `tell`, `accept`, `condition`, `check-condition` and `withdraw`, over HTTP."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

import typer

from api.commands.application_names import Application, say_done
from api.commands.connection import AsJson, TokenFile, Url, connected
from api.commands.files import read_file, read_json
from api.commands.names import application_id
from api.commands.terms_hash import terms_hash
from signing.canonical import Json

_MOST_EVIDENCE_BYTES = 64 << 20  # it is hashed here and stays here

Evidence = Annotated[
    Path,
    typer.Option("--evidence", metavar="FILE", help="What shows it; its SHA-256 goes on record, the file stays here."),
]
Place = Annotated[int, typer.Argument(metavar="CONDITION", min=0, help="Which condition, from 0; `show` counts them.")]


def committee(  # noqa: PLR0913  # each is an option of the command
    application: Application,
    *,
    member: Annotated[list[str], typer.Option("--member", metavar="PERSON", help="Id of a member; once for each.")],
    chair: Annotated[str, typer.Option(metavar="PERSON", help="Which of the members takes the chair.")],
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Name the committee that votes on it, where its path asks for one."""
    body: dict[str, Json] = {"members": list(member), "chair": chair}
    _post(application, "sittings", body, "Committee named", _To(url, token_file, as_json))


def correct(
    application: Application,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The application's content as JSON, whole.")],
    *,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Correct it: a new version that names the old one, to be submitted anew."""
    _post(application, "corrections", {"application": read_json(file)}, "Corrected", _To(url, token_file, as_json))


def tell(  # noqa: PLR0913  # each is an option of the command
    application: Application,
    *,
    message: Annotated[str, typer.Option(metavar="ID", help="Id of the message with whoever carried it.")],
    until: Annotated[str, typer.Option(metavar="DAY", help="The last day that it names, as 2026-12-24.")],
    channel: Annotated[Literal["email", "sms", "post", "in-person"], typer.Option(help="How it went out.")] = "email",
    status: Annotated[Literal["sent", "delivered", "failed"], typer.Option(help="What became of it.")] = "sent",
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Record that the applicant was told what is needed or offered, and until when."""
    body: dict[str, Json] = {"message_id": message, "channel": channel, "status": status, "until": until}
    _post(application, "tellings", body, "Told", _To(url, token_file, as_json))


def mail(
    application: Application,
    *,
    until: Annotated[
        str | None, typer.Option(metavar="DAY", help="The last day that it names; by default the day it is due.")
    ] = None,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Mail the applicant what is needed or offered, and until when; what becomes of the mail goes on record."""
    _post(application, "mails", {"until": until}, "Mail queued", _To(url, token_file, as_json))


def accept(  # noqa: PLR0913  # each is an option of the command
    application: Application,
    *,
    terms: Annotated[str, typer.Option(metavar="FILE", help="The terms after the offer, as JSON, or their SHA-256.")],
    evidence: Evidence,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Take the counter-offer for the applicant; it is submitted and decided anew."""
    body: dict[str, Json] = {"terms_sha256": terms_hash(terms), "evidence_sha256": _hash(evidence)}
    _post(application, "acceptances", body, "Accepted", _To(url, token_file, as_json))


def condition(  # noqa: PLR0913  # each is an option of the command
    application: Application,
    place: Place,
    *,
    what: Annotated[str, typer.Option(metavar="TEXT", help="What the evidence is.")],
    evidence: Evidence,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Bring evidence that a condition of the approval is met; another person checks it."""
    body: dict[str, Json] = {"what": what, "evidence_sha256": _hash(evidence)}
    _post(application, f"conditions/{place}/reports", body, "Reported", _To(url, token_file, as_json))


def check_condition(
    application: Application, place: Place, *, as_json: AsJson = False, url: Url = None, token_file: TokenFile = None
) -> None:
    """Check that evidence, as another person: the condition is met."""
    _post(application, f"conditions/{place}/checks", {}, "Checked", _To(url, token_file, as_json))


def withdraw(  # noqa: PLR0913  # each is an option of the command
    application: Application,
    *,
    ground: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is part of the record.")],
    evidence: Evidence,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Withdraw it for the applicant; that ends it."""
    body: dict[str, Json] = {"ground": ground, "evidence_sha256": _hash(evidence)}
    _post(application, "withdrawals", body, "Withdrawn", _To(url, token_file, as_json))


@dataclass(frozen=True)
class _To:
    """Where a command speaks to, and in which form it answers."""

    url: str | None
    token_file: Path | None
    as_json: bool


def _post(application: str, what: str, body: dict[str, Json], told: str, to: _To) -> None:
    with connected(to.url, to.token_file) as client:
        done = client.post(f"/v1/applications/{application_id(client, application)}/{what}", body)
    say_done(done, told, application, as_json=to.as_json)


def _hash(file: Path) -> str:
    return sha256(read_file(file, most=_MOST_EVIDENCE_BYTES)).hexdigest()
