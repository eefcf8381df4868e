"""`tally receipt`: fetch receipts and evidence packages, look into them, hand them to other people's tools.

Promises: `show` and `export` work offline and verify nothing: they say so, and name the command that does.
"""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.connection import AsJson, Force, TokenFile, Url, connected
from api.commands.files import STANDARD, read_file, write_file
from api.commands.names import agreement_id, is_id
from api.commands.outcome import note, say, say_json
from api.commands.tables import facts, table
from ledger.core.evidence.package import MAX_BYTES, Package, read_material
from ledger.core.log.checkpoint import parse_checkpoint
from ledger.core.log.entry import Entry, parse_entry
from ledger.core.log.note import parse_note
from ledger.core.log.proof_text import format_proof
from ledger.core.log.receipt import Receipt, grade
from ledger.errors import InvalidInput, NotFound
from signing.canonical import decode

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Fetch and inspect receipts and evidence packages.",
)

_File = Annotated[Path, typer.Argument(metavar="FILE", help="A receipt or evidence package; - for standard input.")]


@app.command()
def get(
    name: Annotated[
        str, typer.Argument(metavar="ENTRY_OR_AGREEMENT", help="Id of an entry, or id or number of an agreement.")
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to write; - for standard output.")
    ] = None,
    *,
    force: Force = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Fetch the evidence package of an agreement, or the receipt of one entry."""
    with connected(url, token_file) as client:
        try:
            found = agreement_id(client, name)
            data, ending = client.get_bytes(f"/v1/agreements/{found}/evidence"), "evidence"
        except NotFound:
            if not is_id(name):
                raise
            found = name
            data, ending = client.get_bytes(f"/v1/entries/{found}/receipt"), "receipt"
    path = output or Path(f"{found}.{ending}.json")
    write_file(path, data, force=force)
    if path != STANDARD:
        note(f"Wrote {path}, {len(data):,} bytes. Next: tally verify FILE --receipt {path}")


@app.command()
def show(file: _File, *, as_json: AsJson = False) -> None:
    """Say what a receipt or evidence package claims; offline, nothing is verified."""
    package = _read(file)
    if as_json:
        say_json(decode(package.to_bytes()))
        return
    entries = [(receipt, parse_entry(receipt.entry)) for receipt in package.receipts]
    say(facts(_head(package, entries)))
    say("\n" + table(("N", "TYPE", "RECORDED", "INDEX", "GRADE", "SHOWN"), [_row(*line) for line in entries]))
    say("\nThese are claims: nothing was verified. Next: tally verify FILE --receipt " + str(file))


@app.command()
def export(
    file: _File,
    *,
    tlog_proof: Annotated[
        bool, typer.Option("--tlog-proof", help="As C2SP tlog-proof, for other people's tools.")
    ] = False,
    entry: Annotated[int, typer.Option(metavar="N", help="Which entry of a package, by its number.")] = 1,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="Where to write; - for standard output.")
    ] = STANDARD,
    force: Force = False,
) -> None:
    """Write the inclusion proof of one entry in the form that other transparency logs use."""
    if not tlog_proof:
        raise InvalidInput("receipt.export-form", "say which form to export: --tlog-proof")
    receipt = _numbered(_read(file), entry)
    text = format_proof(receipt.index, receipt.path, receipt.checkpoint, receipt.entry)
    write_file(output, text.encode(), force=force)


def _read(file: Path) -> Package:
    return read_material(read_file(file, most=MAX_BYTES))


def _numbered(package: Package, number: int) -> Receipt:
    if len(package.receipts) == 1:
        return package.receipts[0]
    for receipt in package.receipts:
        if parse_entry(receipt.entry).subject.n == number:
            return receipt
    numbers = ", ".join(str(parse_entry(receipt.entry).subject.n) for receipt in package.receipts)
    raise InvalidInput("receipt.no-such-entry", f"expected --entry to be one of {numbers}, got {number}")


def _head(package: Package, entries: list[tuple[Receipt, Entry]]) -> list[tuple[str, str]]:
    receipt, entry = entries[-1]
    lines = [
        ("Subject", f"{entry.subject.kind} {package.agreement}"),
        ("Institution", entry.institution),
        ("Log", f"{entry.log}, {_size(receipt)} entries under the newest checkpoint here"),
    ]
    anchor = receipt.anchor
    if anchor is None:
        lines.append(("Anchor", "none yet"))
    else:
        proof = "with" if anchor.proof else "without"
        lines.append(
            ("Anchor", f"block {anchor.block_number} of chain {anchor.chain_id}, {anchor.state}, {proof} proof")
        )
        lines.append(("", f"transaction 0x{anchor.transaction.hex()}"))
    if any(item.self_operated for item, _ in entries):
        lines.append(("Operated", "self-operated, not independent"))
    return lines


def _size(receipt: Receipt) -> int:
    return parse_checkpoint(parse_note(receipt.checkpoint).text.encode()).size


def _row(receipt: Receipt, entry: Entry) -> tuple[str, ...]:
    shown = ", ".join(opening.field for opening in receipt.openings) or "-"
    return (str(entry.subject.n), entry.type, entry.at, str(receipt.index), str(grade(receipt)), shown)
