"""Options that the commands of a partner share, and how each of them asks for an identifier."""

import sys
from getpass import getpass
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from api.wiring import ids
from ledger.core.blacklist.identifiers import Identifier, Kind, parse_identifier
from ledger.errors import InvalidInput

KindOption: TypeAlias = Annotated[str, typer.Option("--kind", metavar="KIND", help=f"One of {', '.join(Kind)}.")]
KeyFile: TypeAlias = Annotated[
    Path | None,
    typer.Option("--key", metavar="FILE", help="Your institution's blacklist key; else that of TALLY_DATA."),
]
PolicyFile: TypeAlias = Annotated[
    Path | None,
    typer.Option("--policy", metavar="FILE", help="Your check policy; else blacklist/policy.json in TALLY_DATA."),
]
Evaluators: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--evaluator", metavar="PLACE=URL", help="Address of an evaluator; those not named are at the registry's."
    ),
]


def require_contact(text: str) -> None:
    """Pass for words by which another institution finds somebody to ask; raise InvalidInput("listing.contact")."""
    if not text.strip():
        raise InvalidInput(
            "listing.contact", "expected whom another institution may ask about the listing, got nothing"
        )


def asked_identifier(kind: str) -> Identifier:
    """Return the identifier from the terminal, unseen, or the first line of standard input."""
    if kind not in set(Kind):
        raise InvalidInput("identifier.kind", f"expected one of {', '.join(Kind)}")
    text = getpass("Identifier (not shown): ") if sys.stdin.isatty() else sys.stdin.readline()
    return parse_identifier(kind, text, ids.now().date())
