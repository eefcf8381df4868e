"""`tally agreement typeset` and `preview`: a contract from a template, over HTTP (docs/templates.md)."""

from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from api.commands.connection import Application, AsJson, Force, TokenFile, Url, connected
from api.commands.files import read_json, write_file
from api.commands.outcome import note, say, say_json
from api.commands.tables import covered, facts
from ledger.errors import InvalidInput
from signing.canonical import Json

Template = Annotated[str, typer.Argument(metavar="TEMPLATE", help="Name of a template, such as personal-instalment.")]
DraftFile = Annotated[
    Path, typer.Argument(metavar="DRAFT", help="JSON: language, terms, lender, signers (docs/templates.md).")
]


def typeset(  # noqa: PLR0913  # each is an option of the command
    template: Template,
    draft: DraftFile,
    *,
    application: Application = None,
    send: Annotated[bool, typer.Option("--send", help="Send it at once; else it stays a draft.")] = False,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Typeset a loan contract from a template and put it on record."""
    body = {
        **_draft(draft),
        **({"application": application} if application else {}),
        **({"send": True} if send else {}),
    }
    with connected(url, token_file) as client:
        created = client.post(f"/v1/templates/{quote(template, safe='')}/agreements", body)
        number = client.get(f"/v1/agreements/{created['id']}")["number"]
    if as_json:
        say_json({**created, "number": number})
        return
    say(facts([("Recorded", f"loan contract {number}"), ("Agreement", str(created["id"])), covered(created)]))
    say(f"Next: tally agreement document {number}, to read it")


def preview(  # noqa: PLR0913  # each is an option of the command
    template: Template,
    draft: DraftFile,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="Where to write; - for standard output.")
    ] = Path("draft.pdf"),
    *,
    force: Force = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Typeset a contract marked as a draft; nothing is recorded."""
    with connected(url, token_file) as client:
        data = client.post_bytes(f"/v1/templates/{quote(template, safe='')}/previews", _draft(draft))
    write_file(output, data, force=force)
    note(f"Wrote {output}, {len(data):,} bytes.")


def _draft(path: Path) -> dict[str, Json]:
    value = read_json(path)
    if not isinstance(value, dict):
        raise InvalidInput("json.malformed", f"{path}: expected a JSON object")
    return value
