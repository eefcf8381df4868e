"""`tally agreement submit`, `send`, `remind` and `void`: what staff do while a loan contract is out for signature, over HTTP."""

from typing import Annotated

import typer

from api.commands.connection import AsJson, TokenFile, Url, connected
from api.commands.names import agreement_id
from api.commands.outcome import say, say_json
from api.commands.tables import covered, facts
from ledger.core.agreements.ceremony import DEFAULT_DAYS, MOST_DAYS
from signing.canonical import Json

Agreement = Annotated[str, typer.Argument(metavar="AGREEMENT", help="Id or number of the agreement.")]


def send(  # each is an option of the command
    agreement: Agreement,
    *,
    days: Annotated[
        int, typer.Option(min=1, max=MOST_DAYS, help="For how many days it takes signatures.")
    ] = DEFAULT_DAYS,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Send a draft to its parties for signature."""
    with connected(url, token_file) as client:
        done = client.post(f"/v1/agreements/{agreement_id(client, agreement)}/send", {"valid_days": days})
    _tell(done, "Sent", agreement, as_json=as_json)


def submit(  # each is an option of the command
    agreement: Agreement,
    application: Annotated[str, typer.Argument(metavar="APPLICATION", help="Id or number of the application.")],
    *,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Name the application that has to be approved before a draft may be sent."""
    with connected(url, token_file) as client:
        path = f"/v1/agreements/{agreement_id(client, agreement)}/submit"
        done = client.post(path, {"application": application})
    _tell(done, "Waits for its application", agreement, as_json=as_json)


def remind(  # each is an option of the command
    agreement: Agreement,
    signer: Annotated[str, typer.Argument(metavar="SIGNER", help="Id of the signer.")],
    *,
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Remind a party to sign; the message waits for the morning where that person is."""
    with connected(url, token_file) as client:
        path = f"/v1/agreements/{agreement_id(client, agreement)}/signers/{signer}/remind"
        done = client.post(path, {})
    _tell(done, "Reminded", agreement, as_json=as_json)


def void(  # each is an option of the command
    agreement: Agreement,
    *,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is part of the record.")],
    as_json: AsJson = False,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Void an agreement that not all have signed; once somebody signed, a second officer does the same."""
    with connected(url, token_file) as client:
        done = client.post(f"/v1/agreements/{agreement_id(client, agreement)}/void", {"reason": reason})
        state = str(client.get(f"/v1/agreements/{done['id']}")["state"])
    _tell(done, "Voided" if state == "voided" else "Proposed to void", agreement, as_json=as_json)


def _tell(done: dict[str, Json], what: str, agreement: str, *, as_json: bool) -> None:
    if as_json:
        say_json(done)
        return
    say(facts([(what, f"loan contract {agreement}"), ("Entry", str(done["entry"])), covered(done)]))
