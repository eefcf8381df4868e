"""`tally chain`: deploy or bind the registry, register logs, and see how anchoring is doing."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from api.commands.addresses import parse_address
from api.commands.chain_status import ChainStatus, read_status
from api.commands.configured import read_settings
from api.commands.connection import AsJson
from api.commands.files import read_file
from api.commands.local import opened, require_own_chain
from api.commands.outcome import EXIT_DONE, EXIT_LATER, note, say, say_json
from api.commands.tables import facts, table
from api.turns import Anchoring
from api.wiring import ids
from api.wiring.consortium import found_consortium
from api.wiring.installation import Installation
from ledger.chain.client import ChainClient
from ledger.core.blacklist.consortium import parse_chain_member
from ledger.core.blacklist.signed import read_json
from ledger.errors import Unavailable
from ledger.services.blacklist.join_consortium import join_consortium
from ledger.services.context import Stores
from ledger.services.log.anchor_parties import Turn
from ledger.services.log.bind_chain import Deployed, bind_chain
from ledger.services.log.deploy_registry import deploy_registry
from ledger.services.log.deploy_verifier import deploy_verifier
from ledger.storage.consortium import ConsortiumRow, consortium_of_installation
from ledger.storage.logs import LogRow, all_logs
from signing.keys.signer import EvmSigner

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Deploy the registry, show the chain's side.",
)

Found = TypeVar("Found")
Deploying = Callable[[Stores, ChainClient, EvmSigner, Turn], Found | None]

POLL_SECONDS = 1.0
_CARD_BYTES = 4096

Wait = Annotated[
    int,
    typer.Option(metavar="SECONDS", min=1, help="Give up waiting after this; the same command goes on where it was."),
]


@app.command()
def status(*, as_json: AsJson = False) -> None:
    """Show chain, registry and how far each log is anchored; exit code 3 when something is in the way."""
    with opened() as here:
        found = read_status(here)
    if as_json:
        say_json(found.to_json())
    else:
        _say_status(found)
    raise typer.Exit(EXIT_DONE if found.is_well else EXIT_LATER)


@app.command()
def deploy(
    *,
    registry: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Bind to this CheckpointRegistry instead of deploying one.")
    ] = None,
    founders: Annotated[
        list[Path] | None,
        typer.Option(
            "--founder", metavar="CARD", help="Found the blacklist's consortium of this member too; again for more."
        ),
    ] = None,
    blacklist: Annotated[
        str | None,
        typer.Option("--blacklist", metavar="ADDRESS", help="Join the consortium of this BlacklistRegistry instead."),
    ] = None,
    wait: Wait = 300,
    as_json: AsJson = False,
) -> None:
    """Deploy CheckpointRegistry and SignatureVerifier from the sender's account, once, and bind this installation.

    With --founder or --blacklist also Consortium and BlacklistRegistry; `tally consortium card` writes a card.
    """
    require_own_chain(read_settings(), "`tally chain deploy`", "`tally up` deploys the registry by itself.")
    with opened() as here:
        deployed = Deployed(parse_address(registry)) if registry else _deploy(here, wait, deploy_registry)
        binding = bind_chain(here.stores, here.client, deployed, ids.now())
        verifier = _deploy(here, wait, deploy_verifier)
        consortium = _consortium(here, wait, founders or [], blacklist)
    if as_json:
        shown = {"registry": f"0x{binding.registry.hex()}", "signature_verifier": f"0x{verifier.hex()}"}
        if consortium is not None:
            shown |= {name: f"0x{place.hex()}" for name, place in _places(consortium)}
        say_json({"chain_id": binding.chain_id, "block": binding.block_number, **shown})
        return
    say(
        facts(
            [
                ("Chain", str(binding.chain_id)),
                ("Registry", f"0x{binding.registry.hex()}"),
                ("Signature verifier", f"0x{verifier.hex()}"),
                *((name.replace("_", " ").capitalize(), f"0x{place.hex()}") for name, place in _places(consortium)),
            ]
        )
    )
    say("Next: tally chain register, or start `tally worker`, which registers every log")


@app.command()
def register(*, wait: Wait = 300, as_json: AsJson = False) -> None:
    """Register every log that the registry does not know yet; the worker does the same by itself."""
    require_own_chain(read_settings(), "`tally chain register`", "`tally up` registers every log by itself.")
    with opened() as here:
        anchoring = Anchoring(here, ids.new_id())
        _until(lambda: not _unregistered(here) or (anchoring.turn(), not _unregistered(here))[1], wait)
        logs = here.stores.database.read(all_logs)
    if as_json:
        say_json([{"log": log.origin, "log_id": _shown(log)} for log in logs])
        return
    say(table(("LOG", "ID IN THE REGISTRY"), [(log.origin, _shown(log)) for log in logs]))


def _consortium(here: Installation, wait: int, founders: list[Path], blacklist: str | None) -> ConsortiumRow | None:
    if blacklist:
        return join_consortium(here.stores, here.client, parse_address(blacklist), ids.now())
    if not founders:
        return here.stores.database.read(consortium_of_installation)
    cards = [
        parse_chain_member(read_json(read_file(card, most=_CARD_BYTES), "consortium.malformed")) for card in founders
    ]
    holder, found = ids.new_id(), list[ConsortiumRow]()

    def step() -> bool:
        row = found_consortium(here, cards, holder)
        found.extend([row] if row else [])
        return row is not None

    _until(step, wait)
    return found[0]


def _places(row: ConsortiumRow | None) -> list[tuple[str, bytes]]:
    return [] if row is None else [("consortium", row.consortium), ("blacklist_registry", row.registry)]


def _deploy(here: Installation, wait: int, deploying: Deploying[Found]) -> Found:
    sender, found = here.sender(), list[Found]()
    note(f"Deploying from 0x{sender.address.hex()} …")

    def step() -> bool:
        turn = Turn(now=ids.now(), holder=holder, policy=here.anchor_policy(here.settings.institution_zone))
        deployed = deploying(here.stores, here.client, sender, turn)
        found.extend([deployed] if deployed else [])
        return deployed is not None

    holder = ids.new_id()
    _until(step, wait)
    return found[0]


def _until(step: Callable[[], bool], wait: int) -> None:
    pause = threading.Event()
    for _ in range(int(wait / POLL_SECONDS) + 1):
        if step():
            return
        pause.wait(POLL_SECONDS)
    raise Unavailable("chain.slow", f"not final after {wait} s; nothing is lost, run the same command again")


def _unregistered(here: Installation) -> list[LogRow]:
    return [log for log in here.stores.database.read(all_logs) if log.registry_log_id is None]


def _shown(log: LogRow) -> str:
    return f"0x{log.registry_log_id.hex()}" if log.registry_log_id else "not registered"


def _say_status(found: ChainStatus) -> None:
    say(
        facts(
            [
                ("Chain", found.chain),
                ("Registry", found.registry),
                ("Signature verifier", found.signature_verifier),
                ("Consortium", found.consortium),
                ("Sender", found.sender),
            ]
        )
    )
    rows = [
        (line.name, f"{line.size:,}", f"{line.mined:,}", f"{line.final:,}", line.trouble or "-") for line in found.logs
    ]
    if rows:
        say("\n" + table(("LOG", "ENTRIES", "MINED", "FINAL", "IN THE WAY"), rows))
    lists = [(line.name, str(line.newest), str(line.final)) for line in found.lists]
    if lists:
        say("\n" + table(("LIST", "VERSION", "ON RECORD"), lists))
