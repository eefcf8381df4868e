"""A key ceremony in a folder that evaluators of different institutions exchange, by mail or on a shared drive.

Promises: `take_step` does whatever is this evaluator's next step and can be repeated; a file that is there is never replaced. What is
secret stays beside the evaluator's key and never enters the folder. Leaves the rules to core.blacklist.dkg.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from api.commands.files import read_file, write_file
from ledger.core.blacklist.dkg import (
    RoundOne,
    RoundTwo,
    check_round_two,
    in_order,
    parse_round_one,
    parse_round_two,
)
from ledger.core.blacklist.epochs import Epoch, Plan, SignedEpoch, parse_epoch, parse_plan
from ledger.core.blacklist.signed import MAX_RECORD_BYTES, Record, Signed, digest, parse_signed, read_json
from ledger.errors import InvalidInput, VerificationFailed
from ledger.services.blacklist.key_ceremony import (
    finish,
    first_message,
    grievances,
    own_polynomial,
    second_message,
)
from ledger.services.blacklist.parties import sign_record
from signing.canonical import Json
from signing.errors import VerificationFailed as BadShare
from signing.keys.evaluators import keep_share
from signing.keys.secret_files import create_secret, load_secret
from signing.keys.signer import Signer
from signing.oprf.dkg import Polynomial

PLAN, EPOCH = "plan.json", "epoch.json"
SEED_PURPOSE = "key-ceremony"
R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Own:
    """This evaluator: its signing key, where its secrets are kept, the passphrase that opens them."""

    signer: Signer
    home: Path
    passphrase: bytes


@dataclass(frozen=True)
class Step:
    """What was done, and what is waited for; `fault` where the ceremony cannot go on."""

    done: str
    fault: bool = False


def read_plan(folder: Path) -> Plan:
    return parse_plan(_json(folder / PLAN, "epoch.malformed"))


def take_step(folder: Path, own: Own) -> Step:
    """Do this evaluator's next step; raise InvalidInput, VerificationFailed (dkg.…), KeyUnavailable."""
    plan = read_plan(folder)
    index = _index(plan, own.signer)
    polynomial = own_polynomial(plan, index, _seed(plan, own))
    _offer(
        folder / f"round-one-{index}.json", lambda: sign_record(first_message(plan, polynomial), own.signer).to_bytes()
    )
    if missing := _missing(folder, plan, "round-one"):
        return Step(f"round one: yours is in the folder; waiting for evaluators {missing}")
    round_one = read_round_one(folder, plan)
    _offer(
        folder / f"round-two-{index}.json",
        lambda: sign_record(second_message(plan, polynomial, round_one), own.signer).to_bytes(),
    )
    if missing := _missing(folder, plan, "round-two"):
        return Step(f"round two: yours is in the folder; waiting for evaluators {missing}")
    round_two = read_round_two(folder, plan)
    return _end(folder, (plan, index), own, (polynomial, round_one, round_two))


def _end(
    folder: Path, place: tuple[Plan, int], own: Own, made: tuple[Polynomial, list[RoundOne], list[RoundTwo]]
) -> Step:
    plan, index = place
    polynomial, round_one, round_two = made
    check_round_two(plan, round_one, round_two)
    try:
        finished = finish(plan, polynomial, round_one, round_two)
    except BadShare:
        for grievance in grievances(plan, polynomial, round_one, round_two):
            path = folder / f"complaint-{index}-about-{grievance.accused}.json"
            _offer(path, lambda grievance=grievance: sign_record(grievance, own.signer).to_bytes())  # type: ignore[misc]  # bound now
        return Step(
            "a share for you does not hold: your complaint is in the folder; `tally evaluator judge` says who is at fault",
            fault=True,
        )
    share = own.home / f"share-{finished.epoch.id.hex()[:16]}-{index}.json"
    if not share.is_file():
        keep_share(share, epoch=finished.epoch.id, index=index, secret=finished.share, passphrase=own.passphrase)
    _offer(folder / f"confirmed-{index}.json", lambda: sign_record(finished.epoch, own.signer).to_bytes())
    if missing := _missing(folder, plan, "confirmed"):
        return Step(f"your share is in {share}; waiting for the confirmation of evaluators {missing}")
    signed = _collected(folder, plan, finished.epoch)
    _offer(folder / EPOCH, signed.to_bytes)
    _seed_file(plan, own).unlink(missing_ok=True)
    return Step(f"the epoch is in {folder / EPOCH}, signed by all; your share is in {share}")


def _collected(folder: Path, plan: Plan, epoch: Epoch) -> SignedEpoch:
    signatures = []
    for value in _all(folder, plan, "confirmed", "epoch.malformed"):
        confirmed = parse_signed(value, parse_epoch, "epoch.malformed")
        if confirmed.record != epoch:
            raise VerificationFailed(
                "dkg.other-view", "an evaluator confirmed another key: compare the folders, somebody signed two"
            )
        signatures.append(confirmed.signature)
    signed = SignedEpoch(epoch, tuple(signatures))
    signed.check()
    return signed


def _seed(plan: Plan, own: Own) -> bytes:
    path = _seed_file(plan, own)
    work = load_secret if path.is_file() else create_secret
    return work(path, purpose=SEED_PURPOSE, passphrase=own.passphrase)


def _seed_file(plan: Plan, own: Own) -> Path:
    return own.home / f"ceremony-{digest(plan).hex()[:16]}.json"


def _index(plan: Plan, signer: Signer) -> int:
    for evaluator in plan.evaluators:
        if evaluator.key == signer.public:
            return evaluator.index
    raise InvalidInput("dkg.not-in-plan", "this key is none of the plan's evaluators: name the right one with --key")


def _missing(folder: Path, plan: Plan, name: str) -> str:
    absent = [each.index for each in plan.evaluators if not (folder / f"{name}-{each.index}.json").is_file()]
    return ", ".join(map(str, absent))


def _all(folder: Path, plan: Plan, name: str, code: str) -> list[Json]:
    return [_json(folder / f"{name}-{each.index}.json", code) for each in plan.evaluators]


def read_round_one(folder: Path, plan: Plan) -> list[RoundOne]:
    return in_order(plan, [parse_round_one(value) for value in _all(folder, plan, "round-one", "dkg.malformed")])


def read_round_two(folder: Path, plan: Plan) -> list[RoundTwo]:
    return in_order(plan, [parse_round_two(value) for value in _all(folder, plan, "round-two", "dkg.malformed")])


def read_record(path: Path, parse: Callable[[Json], Signed[R]], code: str) -> Signed[R]:
    return parse(_json(path, code))


def _json(path: Path, code: str) -> Json:
    return read_json(read_file(path, most=MAX_RECORD_BYTES), code)


def _offer(path: Path, make: Callable[[], bytes]) -> None:
    """Write our message unless it is there: what others have seen is never replaced."""
    if not path.is_file():
        write_file(path, make())
