"""`tally consortium`: who belongs to the blacklist's consortium by its contract; propose, vote, make a proposal take effect."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.commands.blacklist_desk import Where
from api.commands.blacklist_desk import opened as partner_side
from api.commands.blacklist_options import KeyFile, PolicyFile
from api.commands.configured import read_settings
from api.commands.connection import AsJson, TokenFile, Url
from api.commands.files import read_file, write_file
from api.commands.local import asked_chain, opened
from api.commands.outcome import EXIT_LATER, note, say, say_json
from api.commands.service_address import running_service
from api.commands.tables import facts, table
from api.wiring import ids
from api.wiring.consortium import consortium_turn, own_card
from api.wiring.installation import Installation, open_installation
from api.wiring.keyring import open_keyring
from ledger.chain import consortium as contract
from ledger.core.blacklist.consortium import (
    ChainMember,
    Place,
    parse_chain_member,
    proposal_digest,
    role_bits,
    role_names,
    vote_digest,
)
from ledger.core.blacklist.identifiers import Purpose
from ledger.core.blacklist.signed import read_json
from ledger.errors import Unavailable
from ledger.partner.endorsing import endorse_epoch, endorse_version
from ledger.partner.syncing import read_object
from ledger.services.blacklist.act_in_consortium import Deed, act_in_consortium
from ledger.services.blacklist.watch_consortium import watch_consortium
from ledger.services.log.register_log import bound
from ledger.storage.consortium import ConsortiumRow, consortium_of_installation
from signing.canonical import encode

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Members of the blacklist by their contract: propose, vote, list.",
)

_PURPOSES = (Purpose.BLACKLIST, Purpose.DOCUMENTS)
POLL_SECONDS, WAIT_SECONDS = 0.5, 300
MOST_CARD_BYTES = 4096
_SHOWN = 20


class What(StrEnum):
    """What a proposal does."""

    ADMIT = "admit"
    CHANGE = "change"
    REMOVE = "remove"


@app.command()
def card(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Where the card goes.")],
    role: Annotated[
        list[str], typer.Option(metavar="ROLE", help="lister, checker, evaluator, witness or auditor; again for more.")
    ],
    years: Annotated[int, typer.Option(min=1, max=10, help="Length of the term.")] = 5,
) -> None:
    """Write this institution's card: its keys, roles and term, as a member would propose it."""
    with opened() as here:
        member = own_card(here, roles=role_bits(role), term=timedelta(days=366 * years))
    write_file(output, encode(member.to_json()))
    say(
        facts(
            [
                ("Institution", member.institution),
                ("Votes with", _hex(member.voter)),
                ("Signs with", _hex(member.signer)),
            ]
        )
    )


@app.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """Show members and the newest proposals, as the contract has them now."""
    with opened() as here, asked_chain(here.settings) as asked:
        row, client = _row(here), asked or here.client
        members = contract.members(client, row.consortium)
        newest = contract.proposals(client, row.consortium)
        found = [
            contract.proposal(client, row.consortium, number) for number in range(newest, max(newest - _SHOWN, 0), -1)
        ]
    if as_json:
        shown = [{**_proposal_json(each), "member": each.member.to_json()} for each in found]
        say_json(
            {"consortium": _hex(row.consortium), "members": [each.to_json() for each in members], "proposals": shown}
        )
        return
    say(facts([("Consortium", _hex(row.consortium)), ("Registry", _hex(row.registry))]))
    lines = [(each.institution, ", ".join(role_names(each.roles)), _day(each.expires_at)) for each in members]
    say("\n" + table(("MEMBER", "ROLES", "TERM ENDS"), lines))
    if found:
        rows = [
            (str(each.number), f"{each.kind.name.lower()} {each.member.institution}", _stand(each), _day(each.deadline))
            for each in found
        ]
        say("\n" + table(("PROPOSAL", "WHAT", "STANDS", "UNTIL"), rows))


@app.command()
def propose(
    what: Annotated[What, typer.Argument(help="admit, change or remove.")],
    subject: Annotated[
        str, typer.Argument(metavar="CARD|INSTITUTION", help="The member's card; for remove, the institution's id.")
    ],
    days: Annotated[int, typer.Option(min=1, max=90, help="Days until the proposal lapses.")] = 14,
    *,
    as_json: AsJson = False,
) -> None:
    """Propose to admit, change or remove a member; proposing is voting for it."""
    kind, member = _change(what, subject)
    with _acting() as here:
        row, voter = _row(here), here.keyring.consortium("voter")
        number = contract.proposals(here.client, row.consortium) + 1
        deadline = here.client.block("latest").timestamp + days * 86_400

        def data() -> bytes:
            change = contract.change_hash(kind, member)
            digest = proposal_digest(_place(here, row), number=number, change=change, deadline=deadline)
            return contract.propose_data(kind, member, deadline=deadline, signature=voter.sign_digest(digest))

        _do(here, Deed(f"propose:{number}", data))
        _report(here, row, number, as_json=as_json)


@app.command()
def vote(
    number: Annotated[int, typer.Argument(metavar="PROPOSAL", min=1, help="Number of the proposal.")],
    *,
    against: Annotated[bool, typer.Option("--against", help="Vote against it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Vote on a proposal, once; it takes effect when more than half of the members in good standing are for it."""
    with _acting() as here:
        row, voter = _row(here), here.keyring.consortium("voter")
        digest = vote_digest(_place(here, row), number=number, in_favour=not against)

        def data() -> bytes:
            return contract.vote_data(number, in_favour=not against, signature=voter.sign_digest(digest))

        _do(here, Deed(f"vote:{number}:{'no' if against else 'yes'}", data))
        _report(here, row, number, as_json=as_json)


@app.command()
def enact(
    number: Annotated[int, typer.Argument(metavar="PROPOSAL", min=1, help="Number of the proposal.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Make a proposal take effect that has its majority; anybody can."""
    with _acting() as here:
        _do(here, Deed(f"enact:{number}", lambda: contract.enact_data(number)))
        watch_consortium(here.stores, here.client, ids.now())
        _report(here, _row(here), number, as_json=as_json)


@app.command()
def endorse(
    *,
    url: Url = None,
    token_file: TokenFile = None,
    policy_path: PolicyFile = None,
    key: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """Sign the epochs and the newest versions for the contract, each version only after its root was computed from your own copy.

    Run it on the cadence of the list: the registry publishes what more than half of the members signed.
    """
    done = []
    with partner_side(Where(url=url, token_file=token_file, key=key, policy=policy_path)) as here:
        chain = here.policy.chain
        if chain is None:
            raise Unavailable(
                "consortium.none", "your check policy names no chain: fetch the registry's anew, and compare"
            )
        settings = here.settings
        keyring = open_keyring(settings.keys_folder, settings.key_passphrase.get_secret_value(), make=False)
        sign = keyring.consortium("signer").sign_digest
        for epoch in [each for purpose in _PURPOSES for each in here.epochs(purpose)]:
            snapshot = here.synced(epoch).snapshot
            cadence = _cadence(here.registry.get(f"epochs/{epoch.id.hex()}/versions"))
            for one in (endorse_epoch(chain, epoch, cadence, sign), endorse_version(chain, snapshot, sign)):
                here.registry.post("endorsements", one, once=ids.new_id())
            done.append(
                {
                    "epoch": epoch.plan.number,
                    "purpose": str(epoch.plan.purpose),
                    "version": snapshot.version.record.number,
                }
            )
    if as_json:
        say_json(done)
        return
    say(
        table(
            ("LIST", "EPOCH", "VERSION SIGNED"),
            [(str(one["purpose"]), str(one["epoch"]), str(one["version"])) for one in done],
        )
    )


def _cadence(versions: bytes) -> int:
    chain = read_object(versions).get("chain")
    cadence = chain.get("cadence") if isinstance(chain, dict) else None
    if not isinstance(cadence, int):
        raise Unavailable(
            "consortium.none", "the registry has no consortium on chain: nothing is signed together there"
        )
    return cadence


def _change(what: What, subject: str) -> tuple[contract.Kind, ChainMember]:
    if what is What.REMOVE:
        return contract.Kind.REMOVE, contract.removal(subject)
    member = parse_chain_member(read_json(read_file(Path(subject), most=MOST_CARD_BYTES), "consortium.malformed"))
    return (contract.Kind.ADMIT if what is What.ADMIT else contract.Kind.CHANGE), member


@contextmanager
def _acting() -> Iterator[Installation]:
    """Yield an installation that can send: its chain by URL, or the embedded one while no `tally up` owns it."""
    settings = read_settings()
    if not settings.is_embedded:
        with opened() as here:
            yield here
        return
    if running_service(settings) is not None:
        raise Unavailable(
            "chain.embedded-split", "the embedded chain belongs to the `tally up` that runs: stop it for this command"
        )
    here = open_installation(settings)
    try:
        yield here
    finally:
        here.close()


def _do(here: Installation, deed: Deed) -> None:
    holder, pause = ids.new_id(), threading.Event()

    def step() -> bool:
        turn = consortium_turn(here, holder)
        return act_in_consortium(here.stores, here.client, here.sender(), turn, deed)

    if not _until(step, pause):
        note(f"Not final after {WAIT_SECONDS} s; nothing is lost, run the same command again.")
        raise typer.Exit(EXIT_LATER)


def _until(step: Callable[[], bool], pause: threading.Event) -> bool:
    for _ in range(int(WAIT_SECONDS / POLL_SECONDS)):
        if step():
            return True
        pause.wait(POLL_SECONDS)
    return False


def _report(here: Installation, row: ConsortiumRow, number: int, *, as_json: bool) -> None:
    found = contract.proposal(here.client, row.consortium, number)
    if as_json:
        say_json(_proposal_json(found))
        return
    say(
        facts(
            [("Proposal", f"{number}: {found.kind.name.lower()} {found.member.institution}"), ("Stands", _stand(found))]
        )
    )
    if not found.enacted and found.in_favour >= found.needed:
        say(f"Next: tally consortium enact {number}")


def _proposal_json(found: contract.Proposal) -> dict[str, object]:
    return {
        "number": found.number,
        "kind": found.kind.name.lower(),
        "institution": found.member.institution,
        "in_favour": found.in_favour,
        "needed": found.needed,
        "enacted": found.enacted,
        "deadline": found.deadline,
    }


def _stand(found: contract.Proposal) -> str:
    return "enacted" if found.enacted else f"{found.in_favour} for it, {found.needed} needed"


def _row(here: Installation) -> ConsortiumRow:
    row = here.stores.database.read(consortium_of_installation)
    if row is None:
        raise Unavailable(
            "consortium.none",
            "this installation has no consortium on chain: `tally up` founds one, or see `tally chain deploy --help`",
        )
    return row


def _place(here: Installation, row: ConsortiumRow) -> Place:
    return Place(bound(here.stores).chain_id, row.consortium)


def _hex(address: bytes) -> str:
    return f"0x{address.hex()}"


def _day(seconds: int) -> str:
    return ids.instant_of(seconds).date().isoformat()
