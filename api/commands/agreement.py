"""`tally agreement`: put loan contracts on record, read them and sign them, over HTTP."""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from api.commands.agreement_ceremony import remind, send, submit, void
from api.commands.agreement_typeset import preview, typeset
from api.commands.client import Client
from api.commands.connection import Application, AsJson, Force, TokenFile, Url, connected
from api.commands.files import MOST_JSON_BYTES, STANDARD, read_file, read_json, write_file
from api.commands.names import agreement_id, require_id
from api.commands.outcome import note, say, say_json
from api.commands.pens import read_signature, sign_statement
from api.commands.tables import covered, facts, table
from ledger.core.agreements.currency import written
from ledger.core.agreements.terms import parse_terms
from ledger.errors import InvalidInput
from signing.canonical import Json

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="Create, list, read and sign agreements."
)

app.command()(typeset)
app.command()(preview)
app.command()(submit)
app.command()(send)
app.command()(remind)
app.command()(void)

_MOST_PDF_BYTES = 64 << 20  # the service has its own, smaller limit and says so

Agreement = Annotated[str, typer.Argument(metavar="AGREEMENT", help="Id or number of the agreement.")]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to write; - for standard output.")
]


@app.command()
def create(  # noqa: PLR0913  # each is an option of the command
    pdf: Annotated[Path, typer.Argument(metavar="PDF", help="The unsigned contract; - for standard input.")],
    *,
    terms: Annotated[Path, typer.Option(metavar="FILE", help="The terms as JSON.")],
    signers: Annotated[
        Path, typer.Option(metavar="FILE", help="A JSON list of signers: role, name, and key or person.")
    ],
    draft: Annotated[
        bool, typer.Option("--draft", help="Keep it as a draft; `tally agreement send` sends it.")
    ] = False,
    application: Application = None,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Put a loan contract on record, and send it to its parties for signature."""
    named = {"application": application} if application else {}
    body = json.dumps({"terms": read_json(terms), "signers": read_json(signers), "send": not draft, **named})
    data = read_file(pdf, most=_MOST_PDF_BYTES)
    with connected(url, token_file) as client:
        created = client.upload(
            "/v1/agreements", {"document": ("contract.pdf", data, "application/pdf")}, {"agreement": body}
        )
        number = client.get(f"/v1/agreements/{created['id']}")["number"]
    if as_json:
        say_json({**created, "number": number})
        return
    say(
        facts(
            [
                ("Recorded", f"loan contract {number}"),
                ("Agreement", str(created["id"])),
                ("Entry", str(created["entry"])),
                covered(created),
            ]
        )
    )
    following = f"tally agreement statement {number} SIGNER for each signer with a key"
    say(f"Next: tally agreement show {number}, then {f'tally agreement send {number}' if draft else following}")


@app.command(name="list")
def list_agreements(  # noqa: PLR0913  # each is an option of the command
    *,
    number: Annotated[str | None, typer.Option(metavar="TEXT", help="Find by contract number.")] = None,
    document: Annotated[str | None, typer.Option(metavar="SHA256", help="Find by the document's SHA-256.")] = None,
    person: Annotated[
        str | None, typer.Option(metavar="NAME", help="Find by a signer's name, written exactly.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="Most lines.")] = 50,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """List agreements of your institution, newest first."""
    searches = [
        (kind, value)
        for kind, value in (("number", number), ("document", document), ("name", person))
        if value is not None
    ]
    if len(searches) > 1:
        raise InvalidInput("agreement.search", "search by one of --number, --document and --person at a time")
    query = {"limit": str(limit), **({"search": searches[0][0], "value": searches[0][1]} if searches else {})}
    with connected(url, token_file) as client:
        page = client.get("/v1/agreements", **query)
    if as_json:
        say_json(page)
        return
    items = [item for item in _items(page) if isinstance(item, dict)]
    rows = [(str(item["number"]), str(item["state"]), str(item["created_at"]), str(item["id"])) for item in items]
    say(table(("NUMBER", "STATE", "RECORDED", "ID"), rows) if rows else "No agreement found.")
    if page.get("next"):
        note(f"There are more than {limit}; --limit shows up to 200, --number and --person find one.")


@app.command()
def show(agreement: Agreement, *, as_json: AsJson = False, url: Url = None, token_file: TokenFile = None) -> None:
    """Show one agreement and who has signed."""
    with connected(url, token_file) as client:
        found = client.get(f"/v1/agreements/{agreement_id(client, agreement)}")
    if as_json:
        say_json(found)
        return
    document = _object(found["document"])
    say(
        facts(
            [
                ("Agreement", f"{found['number']}, {found['state']}"),
                ("Id", str(found["id"])),
                ("Recorded", str(found["created_at"])),
                (
                    "Document",
                    f"{document['pages']} pages, {int(str(document['bytes'])):,} bytes, SHA-256 {document['sha256']}",
                ),
                ("Terms", _terms_line(found)),
                ("Terms' hash", str(found["terms_sha256"])),
                *_seal_line(found),
                ("Log", f"{found['log']}, newest entry {found['latest_entry']}"),
            ]
        )
    )
    rows = [_signer_row(_object(line)) for line in _items(found, "signers")]
    say("\n" + table(("ROLE", "NAME", "SIGNED", "SIGNER", "KEY"), rows))


@app.command()
def document(
    agreement: Agreement, output: Output = None, *, force: Force = False, url: Url = None, token_file: TokenFile = None
) -> None:
    """Fetch the exact bytes that were recorded; the reading itself goes on record."""
    with connected(url, token_file) as client:
        found = agreement_id(client, agreement)
        data = client.get_bytes(f"/v1/agreements/{found}/document")
    _deliver(output or Path(f"{found}.pdf"), data, force=force)


@app.command()
def sealed(  # noqa: PLR0913  # each is an option of the command
    agreement: Agreement,
    output: Output = None,
    *,
    version: Annotated[int | None, typer.Option(min=1, metavar="N", help="Which version; else the newest.")] = None,
    force: Force = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Fetch the sealed file; the reading itself goes on record."""
    query = {} if version is None else {"version": str(version)}
    with connected(url, token_file) as client:
        found = agreement_id(client, agreement)
        data = client.get_bytes(f"/v1/agreements/{found}/sealed", **query)
    path = output or Path(f"{found}.sealed.pdf")
    _deliver(path, data, force=force)
    if path != STANDARD:
        note(
            f"Next: tally agreement evidence {agreement} -o {path.with_suffix('.evidence.json')}, then tally verify {path}"
        )


@app.command()
def evidence(
    agreement: Agreement, output: Output = None, *, force: Force = False, url: Url = None, token_file: TokenFile = None
) -> None:
    """Fetch the evidence package: the receipts of all entries."""
    with connected(url, token_file) as client:
        found = agreement_id(client, agreement)
        data = client.get_bytes(f"/v1/agreements/{found}/evidence")
    _deliver(output or Path(f"{found}.evidence.json"), data, force=force)


@app.command()
def statement(  # noqa: PLR0913  # each is an option of the command
    agreement: Agreement,
    signer: Annotated[str, typer.Argument(metavar="SIGNER", help="Id of the signer; `agreement show` lists them.")],
    output: Output = STANDARD,
    *,
    force: Force = False,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Fetch the exact bytes that a signer is to sign; --json adds what a wallet needs (EIP-712)."""
    with connected(url, token_file) as client:
        fresh = _statement(client, agreement, signer)
    if as_json:
        say_json(fresh)
        return
    path = output or STANDARD
    write_file(path, base64.b64decode(str(fresh["statement"])), force=force)
    if path != STANDARD:
        note(f"Wrote {path}: to be signed by {fresh['key_id']} before {fresh['expires_at']}, as these bytes.")


@app.command()
def sign(  # noqa: PLR0913  # each is an option of the command
    agreement: Agreement,
    signer: Annotated[str, typer.Argument(metavar="SIGNER", help="Id of the signer; `agreement show` lists them.")],
    *,
    key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Key file made for signing (tally keys create).")
    ] = None,
    signature: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A signature made elsewhere, as JSON: suite, key_id, value.")
    ] = None,
    statement: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --signature: the exact bytes that were signed.")
    ] = None,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Sign with a key file, or hand in a signature that was made elsewhere."""
    if (key is None) == (signature is None) or (signature is None) != (statement is None):
        raise InvalidInput("agreement.pen", "give --key FILE, or --signature FILE together with --statement FILE")
    with connected(url, token_file) as client:
        found = agreement_id(client, agreement)
        if key is not None:
            data = base64.b64decode(str(_statement(client, found, signer)["statement"]))
            value = sign_statement(data, key)
        else:
            data, value = read_file(_given(statement), most=MOST_JSON_BYTES), read_signature(_given(signature))
        body: dict[str, Json] = {"statement": base64.b64encode(data).decode(), "signature": value.to_json()}
        signed = client.post(f"/v1/agreements/{found}/signatures", body)
    if as_json:
        say_json(signed)
        return
    say(facts([("Signed", f"by {value.key_id}"), ("Entry", str(signed["entry"])), covered(signed)]))
    say(f"Next: tally agreement evidence {agreement}")


def _statement(client: Client, agreement: str, signer: str) -> dict[str, Json]:
    found = agreement_id(client, agreement)
    return client.get(f"/v1/agreements/{found}/statements/{require_id(signer, 'a signer')}")


def _given(path: Path | None) -> Path:
    if path is None:
        raise InvalidInput("agreement.pen", "give --signature FILE together with --statement FILE")
    return path


def _deliver(path: Path, data: bytes, *, force: bool) -> None:
    write_file(path, data, force=force)
    if path != STANDARD:
        note(f"Wrote {path}, {len(data):,} bytes.")


def _terms_line(found: Mapping[str, Json]) -> str:
    terms = found["terms"]
    if not isinstance(terms, dict):
        return "hidden from your role"
    loan = parse_terms(terms)
    amount = f"{loan.amount.currency} {written(loan.amount.minor, loan.amount.currency)}"
    method = f", {loan.repayment.method}" if loan.repayment else ""
    return f"{loan.product}, {amount}, {loan.term_months} months at {loan.annual_rate} %{method}"


def _seal_line(found: Mapping[str, Json]) -> list[tuple[str, str]]:
    """Return where the seal stands, once sealing began."""
    seal = found.get("seal")
    if not isinstance(seal, dict):
        return []
    versions = _items(seal, "versions")
    if versions:
        newest = _object(versions[-1])
        return [
            (
                "Sealed",
                f"version {newest['version']}, {newest['sealed_at']}; its time stamp holds until {newest['renew_before']}",
            )
        ]
    trouble = f", last met {seal['last_error']}; next try {seal['next_try_at']}" if seal["last_error"] else ""
    return [("Sealing", f"attempt {seal['attempts']}{trouble}")]


def _signer_row(line: Mapping[str, Json]) -> tuple[str, ...]:
    return (
        str(line["role"]),
        str(line["name"] or "(hidden)"),
        str(line["signed_at"] or "not yet"),
        str(line["id"]),
        str(line["key_id"]),
    )


def _items(value: Mapping[str, Json], name: str = "items") -> list[Json]:
    found = value[name]
    return found if isinstance(found, list) else []


def _object(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}
