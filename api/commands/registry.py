"""`tally registry`: what the operator of a blacklist's registry does on its own machine: open epochs, admit members."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from api.commands.blacklist_csv import file_sha256
from api.commands.connection import AsJson
from api.commands.evaluator_members import Members, members_bytes
from api.commands.files import read_file, write_file
from api.commands.keys_registry import public_key_in
from api.commands.local import opened
from api.commands.outcome import note, say, say_json
from api.commands.tables import facts, table
from api.routes.blacklist import listing_line
from api.wiring import ids
from api.wiring.co_located import registry_key
from api.wiring.installation import Installation
from ledger.core.blacklist.consortium import compare_members, who_may_check
from ledger.core.blacklist.epochs import parse_signed_epoch
from ledger.core.blacklist.signed import MAX_RECORD_BYTES, read_json
from ledger.core.log.permissions import Principal, Role
from ledger.errors import InvalidInput
from ledger.services.blacklist.admit_member import NewMember, admit_member
from ledger.services.blacklist.known import OwnDatabase, seen_members, signed_epoch
from ledger.services.blacklist.open_epoch import open_epoch
from ledger.services.blacklist.read_listing import read_listing
from ledger.services.blacklist.remove_member import remove_member
from ledger.services.blacklist.report_anomalies import report_anomalies
from ledger.services.blacklist.resolve_as_registry import Ruling, resolve_as_registry
from ledger.services.context import Act
from ledger.storage.blacklist import epochs
from signing.algorithms import PublicKey

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
        Path | None,
        typer.Option(
            "--key",
            metavar="PUB",
            help="Its blacklist key (tally keys show FILE --public PUB); else that of the contract.",
        ),
    ] = None,
    quota: Annotated[int, typer.Option(min=0, help="How many subjects a day it may ask about.")] = 10_000,
) -> None:
    """Admit an institution: it may sync the list, check and list."""
    with opened() as here:
        public = public_key_in(key_file) if key_file else _key_on_chain(here, institution)
        key = registry_key(here, make=True)
        admit_member(here.stores, _operator(here, key.institution_id), NewMember(institution, public, quota), key)
    say(facts([("Member", institution), ("Key", public.key_id), ("Quota", f"{quota:,} subjects a day")]))


@app.command()
def remove(institution: Annotated[str, typer.Argument(metavar="INSTITUTION", help="Id of the institution.")]) -> None:
    """End an institution's membership here: from now on it may not sync, check, list or take a step."""
    with opened() as here:
        key = registry_key(here)
        remove_member(here.stores, _operator(here, key.institution_id), institution, key)
    say(
        facts([("Member", institution), ("Membership", "ended; what it listed stays until it expires or is suspended")])
    )


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


@app.command()
def resolve(
    listing: Annotated[str, typer.Argument(metavar="LISTING", help="Id of the disputed listing.")],
    outcome: Annotated[str, typer.Argument(metavar="OUTCOME", help="upheld or overturned.")],
    evidence: Annotated[Path, typer.Option(metavar="FILE", help="The reasoned decision, which you keep.")],
) -> None:
    """Resolve a dispute, signed with the registry's key: where no member is left that is no party."""
    with opened() as here:
        key = registry_key(here)
        act = _operator(here, key.institution_id)
        resolve_as_registry(here.stores, act, Ruling(listing, outcome, file_sha256(evidence)), key)
    say(facts([("Listing", listing), ("Resolved", outcome)]))


@app.command()
def listing(
    listing_id: Annotated[str, typer.Argument(metavar="LISTING", help="Id of the listing.")], *, as_json: AsJson = False
) -> None:
    """Say where a listing stands, and which steps led there."""
    with opened() as here:
        found = read_listing(here.stores, _operator(here, registry_key(here).institution_id), listing_id)
    line = listing_line(found)
    if as_json:
        say_json(line)
        return
    say(facts([(name, str(line[name])) for name in ("state", "institution", "notified", "suspends_at", "expires_at")]))
    rows = [(row.at, str(step.step), step.word, step.institution) for row, step in found.steps]
    say("\n" + table(("AT", "STEP", "SAYS", "INSTITUTION"), rows))


@app.command("anomalies")
def anomalies_(
    day: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="A day in UTC; today without.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Report patterns of enumeration among the requests that the evaluators here answered. Exit code 1: something stands out."""
    with opened() as here:
        act = _operator(here, registry_key(here).institution_id)
        wanted = _day(day) if day else act.now.date()
        found = report_anomalies(here.stores, act, wanted)
    if as_json:
        say_json({"day": wanted.isoformat(), "items": [asdict(one) for one in found]})
    elif found:
        rows = [(one.institution, str(one.pattern), str(one.measured), str(one.usual)) for one in found]
        say(table(("INSTITUTION", "PATTERN", "MEASURED", "USUAL UP TO"), rows))
        note("A pattern is a reason to ask the institution, never a proof: nobody here sees whom it asked about.")
    else:
        say(f"nothing stands out on {wanted}")
    raise typer.Exit(1 if found else 0)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput("report.day", "expected a day, as 2026-11-23") from error


@app.command("members")
def members_(
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Also write a members file of those who may check, for evaluators."
        ),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Hold this registry's members against the consortium's contract: who may check, by whose word."""
    with opened() as here:
        seen = here.stores.database.read(seen_members)
        own = OwnDatabase(here.stores, b"").members()
        lines = compare_members(own, seen, ids.now())
        if output is not None:
            write_file(
                output, members_bytes(Members(registry_key(here).signer.public, who_may_check(own, seen, ids.now())))
            )
    if as_json:
        say_json([asdict(line) for line in lines])
        return
    rows = [
        (
            line.institution,
            "yes" if line.may_check else "no",
            ", ".join(line.roles) or "-",
            line.until or "-",
            line.word,
        )
        for line in lines
    ]
    say(table(("INSTITUTION", "MAY CHECK", "ROLES", "TERM ENDS", "BY"), rows))


def _key_on_chain(here: Installation, institution: str) -> PublicKey:
    """Return the key that the contract has; raise InvalidInput("member.no-key")."""
    seen = here.stores.database.read(seen_members)
    member = None if seen is None else seen.members.get(institution)
    if member is None:
        raise InvalidInput(
            "member.no-key",
            "the consortium's contract has no such member, or none is known here: name its key with --key",
        )
    return member.public_key


def _operator(here: Installation, institution_id: str) -> Act:
    return here.act(Principal("operator", institution_id, frozenset({Role.OPERATOR}), "program"))
