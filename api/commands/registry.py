"""`tally registry`: what the operator of a blacklist's registry does on its own machine: open epochs, admit members."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.connection import AsJson
from api.commands.files import read_file
from api.commands.local import opened
from api.commands.outcome import say, say_json
from api.commands.tables import facts, table
from api.wiring.co_located import registry_key
from api.wiring.installation import Installation
from ledger.core.blacklist.epochs import parse_signed_epoch
from ledger.core.blacklist.signed import MAX_RECORD_BYTES, read_json
from ledger.core.log.permissions import Principal, Role
from ledger.services.blacklist.admit_member import NewMember, admit_member
from ledger.services.blacklist.known import OwnDatabase, signed_epoch
from ledger.services.blacklist.open_epoch import open_epoch
from ledger.services.context import Act
from ledger.storage.blacklist import epochs
from signing.algorithms import PublicKey
from signing.canonical import decode

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Open epochs of the blacklist and admit members, on the registry's own machine.",
)


@app.command("open")
def open_(
    file: Annotated[
        Path, typer.Argument(metavar="EPOCH", help="epoch.json of a key ceremony, signed by all evaluators.")
    ],
) -> None:
    """Open an epoch: from the next version on, listings and checks under its key are taken."""
    signed = parse_signed_epoch(read_json(read_file(file, most=MAX_RECORD_BYTES), "epoch.malformed"))
    with opened() as here:
        key = registry_key(here, make=True)
        open_epoch(here.stores, _operator(here, key.institution_id), signed, key)
    plan = signed.epoch.plan
    say(facts([("Epoch", signed.epoch.id.hex()), ("Opened", f"{plan.purpose} {plan.number}, until {plan.closes_at}")]))


@app.command()
def admit(
    institution: Annotated[str, typer.Argument(metavar="INSTITUTION", help="Id of the institution.")],
    key_file: Annotated[
        Path, typer.Option("--key", metavar="PUB", help="Its blacklist key, as JSON of suite and raw.")
    ],
    quota: Annotated[int, typer.Option(min=0, help="How many subjects a day it may ask about.")] = 10_000,
) -> None:
    """Admit an institution: it may sync the list, check and list."""
    public = PublicKey.from_json(decode(read_file(key_file, most=1024)))
    with opened() as here:
        key = registry_key(here, make=True)
        admit_member(here.stores, _operator(here, key.institution_id), NewMember(institution, public, quota), key)
    say(facts([("Member", institution), ("Key", public.key_id), ("Quota", f"{quota:,} subjects a day")]))


@app.command()
def show(*, as_json: AsJson = False) -> None:
    """Say which epochs are open and who is a member."""
    with opened() as here:
        plans = [signed_epoch(row).epoch.plan for row in here.stores.database.read(epochs)]
        members = sorted(OwnDatabase(here.stores, b"").members().items())
    if as_json:
        held = [{"institution": name, "key": member.key.key_id, "quota": member.quota} for name, member in members]
        say_json({"epochs": [plan.to_json() for plan in plans], "members": held})
        return
    rows = [
        (f"{plan.purpose} {plan.number}", f"{plan.threshold} of {len(plan.evaluators)}", plan.closes_at)
        for plan in plans
    ]
    say(table(("EPOCH", "NEEDS", "UNTIL"), rows))
    say(
        "\n" + table(("MEMBER", "KEY", "QUOTA"), [(name, each.key.key_id, f"{each.quota:,}") for name, each in members])
    )


def _operator(here: Installation, institution_id: str) -> Act:
    return here.act(Principal("operator", institution_id, frozenset({Role.OPERATOR}), "program"))
