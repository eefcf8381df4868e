"""`tally evaluator`: make a shared key with other institutions, by files and without a dealer; run the evaluator of one of them."""

import signal
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import httpx2
import typer
import uvicorn

from api.commands.addresses import parse_address
from api.commands.ceremony_folder import (
    EPOCH,
    PLAN,
    Own,
    read_plan,
    read_record,
    read_round_one,
    read_round_two,
    take_step,
)
from api.commands.chain_members import ChainMembers
from api.commands.configured import read_client_settings, read_settings
from api.commands.evaluator_members import parse_members
from api.commands.evaluator_node import RemoteWorld, create_node
from api.commands.files import read_file, write_file
from api.commands.local import require_own_chain
from api.commands.outcome import EXIT_FAILED, note, say, say_json
from api.commands.passphrase import read_passphrase
from api.commands.tables import facts
from api.settings import Settings
from api.wiring import ids
from api.wiring.installation import confirmations
from ledger.chain.consortium import members as members_on_chain
from ledger.chain.consortium import require_consortium
from ledger.chain.remote import connect
from ledger.core.blacklist.dkg import at_fault, parse_grievance
from ledger.core.blacklist.epochs import Evaluator, Plan, parse_signed_epoch
from ledger.core.blacklist.identifiers import Purpose
from ledger.core.blacklist.judging import CheckPolicy
from ledger.core.blacklist.signed import MAX_RECORD_BYTES, payload, read_json
from ledger.core.log.directory import format_instant
from ledger.errors import InvalidInput
from ledger.partner.doors import REGISTRY_SECONDS, HttpRegistry
from ledger.services.blacklist.parties import EvaluatorDesk
from ledger.storage.database import Database
from ledger.storage.migrate import migrate
from signing.algorithms import PublicKey, Suite
from signing.canonical import decode, encode
from signing.keys.evaluators import load_share
from signing.keys.files import create_key, load_key
from signing.keys.signer import EvmSigner, Signer
from signing.oprf.stretch import SALT_BYTES, Stretch

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Make a shared key without a dealer, run one evaluator.",
)

KeyFile = Annotated[
    Path, typer.Option("--key", metavar="FILE", help="This evaluator's key file (tally evaluator key).")
]
Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder that the evaluators exchange.")]
MEMORY_KIB, PASSES = 19 * 1024, 2


@app.command()
def key(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Where the private key file goes.")],
) -> None:
    """Make this evaluator's key; FILE.pub.json is what the others need for the plan."""
    signer = create_key(
        output, purpose="evaluator", suite=Suite.ED25519, passphrase=read_passphrase("Passphrase", twice=True)
    )
    public = output.with_name(output.name + ".pub.json")
    write_file(public, encode(signer.public.to_json()))
    say(facts([("Key", str(output)), ("Public", str(public)), ("Id", signer.public.key_id)]))


@app.command()
def plan(
    folder: Folder,
    consortium: Annotated[str, typer.Option(metavar="NAME", help="Whose list it is.")],
    threshold: Annotated[int, typer.Option(min=1, max=32, help="How many evaluators are needed for an answer.")],
    evaluator: Annotated[
        list[str],
        typer.Option(
            metavar="INSTITUTION=PUB", help="An evaluator and its public key file, in the order of their places."
        ),
    ],
    purpose: Annotated[str, typer.Option(metavar="PURPOSE", help=f"One of {', '.join(Purpose)}.")] = Purpose.BLACKLIST,
    number: Annotated[int, typer.Option(min=1, help="Number of the epoch.")] = 1,
    days: Annotated[int, typer.Option(min=1, max=400, help="How long the epoch is open.")] = 366,
) -> None:
    """Write the plan of a key ceremony; every evaluator reads it before the first step."""
    if purpose not in set(Purpose):
        raise InvalidInput("epoch.malformed", f"expected a purpose of {', '.join(Purpose)}")
    now = ids.now()
    made = Plan(
        consortium=consortium,
        purpose=Purpose(purpose),
        number=number,
        threshold=threshold,
        evaluators=_evaluators(evaluator),
        stretch=Stretch(MEMORY_KIB, PASSES, ids.random_bytes(SALT_BYTES)),
        opens_at=format_instant(now),
        closes_at=format_instant(now + timedelta(days=days)),
    )
    folder.mkdir(parents=True, exist_ok=True)
    write_file(folder / PLAN, payload(made))
    say(
        f"Wrote {folder / PLAN}: {threshold} of {len(made.evaluators)}. Each evaluator now runs `tally evaluator step {folder} --key FILE`."
    )


def _evaluators(given: Sequence[str]) -> tuple[Evaluator, ...]:
    found = []
    for index, item in enumerate(given, 1):
        institution, _, path = item.partition("=")
        if not institution or not path:
            raise InvalidInput("evaluator.option", "expected --evaluator INSTITUTION=PUB.json")
        public = PublicKey.from_json(decode(read_file(Path(path), most=1024)))
        found.append(Evaluator(index, institution, public))
    return tuple(found)


@app.command()
def step(folder: Folder, key_path: KeyFile) -> None:
    """Do this evaluator's next step of the ceremony, as far as the others' files allow; run it again when they came."""
    passphrase = read_passphrase("Passphrase")
    made = take_step(folder, Own(_signer(key_path, passphrase), key_path.parent, passphrase))
    say(made.done)
    if made.fault:
        raise typer.Exit(EXIT_FAILED)


@app.command()
def judge(folder: Folder) -> None:
    """Say who is at fault for each complaint in the folder; anybody can, without a key."""
    agreed = read_plan(folder)
    round_one, round_two = read_round_one(folder, agreed), read_round_two(folder, agreed)
    complaints = sorted(folder.glob("complaint-*.json"))
    for path in complaints:
        signed = read_record(path, parse_grievance, "dkg.malformed")
        if not 1 <= signed.record.index <= len(agreed.evaluators):
            raise InvalidInput("dkg.malformed", f"{path.name}: there is no such evaluator in the plan")
        signed.check(agreed.evaluators[signed.record.index - 1].key)
        guilty = at_fault(signed.record, round_one, round_two)
        say(f"{path.name}: evaluator {guilty} ({agreed.evaluators[guilty - 1].institution}) is at fault")
    if not complaints:
        say("no complaint is in the folder")


@app.command()
def show(
    folder: Folder, *, as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False
) -> None:
    """Say what the ceremony of a folder made: the epoch, its key, its evaluators."""
    epoch = parse_signed_epoch(read_json(read_file(folder / EPOCH, most=MAX_RECORD_BYTES), "epoch.malformed")).epoch
    if as_json:
        say_json({"id": epoch.id.hex(), "public_key": epoch.public_key.hex(), "co_located": epoch.is_co_located})
        return
    lines = [
        ("Epoch", epoch.id.hex()),
        ("Key", epoch.public_key.hex()),
        ("Needs", f"{epoch.plan.threshold} of {len(epoch.plan.evaluators)}"),
    ]
    lines += [(f"Evaluator {each.index}", f"{each.institution}, {each.key.key_id}") for each in epoch.plan.evaluators]
    say(facts(lines))


@app.command()
def run(
    epoch_file: Annotated[Path, typer.Option("--epoch", metavar="FILE", help="The epoch, signed by all.")],
    share: Annotated[Path, typer.Option(metavar="FILE", help="This evaluator's share.")],
    key_path: KeyFile,
    members: Annotated[Path, typer.Option(metavar="FILE", help="Who may ask, how much, and the registry's key.")],
    registry: Annotated[
        str, typer.Option(metavar="URL", help="Where the versions of the list are read; TALLY_TOKEN is its API key.")
    ],
    consortium: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS", help="Answer members of this Consortium contract only; TALLY_CHAIN is its RPC URL."
        ),
    ] = "",
) -> None:
    """Run one evaluator on TALLY_HOST and TALLY_PORT, with a database of its own in TALLY_DATA. Ctrl-C stops it."""
    settings, passphrase = read_settings(), read_passphrase("Passphrase")
    signed = parse_signed_epoch(read_json(read_file(epoch_file, most=MAX_RECORD_BYTES), "epoch.malformed"))
    opened, signer = load_share(share, epoch=signed.epoch.id, passphrase=passphrase), _signer(key_path, passphrase)
    if signed.epoch.evaluator(opened.index).key != signer.public:
        raise InvalidInput(
            "dkg.not-in-plan", f"the share is of evaluator {opened.index}, the key is of another: name the right files"
        )
    known = parse_members(read_file(members, most=MAX_RECORD_BYTES))
    headers = {"Authorization": f"Bearer {read_client_settings().token.get_secret_value()}"}
    door = HttpRegistry(httpx2.Client(base_url=registry.rstrip("/"), headers=headers, timeout=REGISTRY_SECONDS))
    policy = CheckPolicy(epochs={signed.epoch.id: signed.epoch}, registries=(known.registry,), institutions={})
    around = RemoteWorld(door, policy, known, signed.epoch.id, contract=_contract(settings, consortium))
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    migrate(settings.database_url)
    database = Database(settings.database_url, pool_size=settings.threads)
    node = create_node(database, EvaluatorDesk(signed.epoch, opened.index, lambda: signer, lambda: opened, around))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    note(
        f"Evaluator {opened.index} of epoch {signed.epoch.plan.number} on http://{settings.host}:{settings.port}. Ctrl-C stops it."
    )
    uvicorn.run(node, host=settings.host, port=settings.port, log_config=None, access_log=False, server_header=False)
    database.close()


def _contract(settings: Settings, address: str) -> ChainMembers | None:
    """Return the contract's members; None where the file alone decides; raise Unavailable, VerificationFailed("chain.wrong-code")."""
    if not address:
        return None
    require_own_chain(settings, "--consortium", "the registry's own evaluators read the contract by themselves.")
    client = connect(settings.chain, confirmations=confirmations(settings))
    place = parse_address(address)
    require_consortium(client, place)
    return ChainMembers(lambda: members_on_chain(client, place, block="finalized"))


def _signer(path: Path, passphrase: bytes) -> Signer:
    signer = load_key(path, purpose="evaluator", passphrase=passphrase)
    if isinstance(signer, EvmSigner):
        raise InvalidInput("key.wrong-suite", "expected an Ed25519 key for an evaluator")
    return signer
