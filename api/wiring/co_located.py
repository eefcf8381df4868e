"""The blacklist of one machine: a registry, three evaluators (2 of 3) and the first member, all run by the same party.

Promises: a real key ceremony, with three seeds and no dealer, in one process; labelled co-located everywhere, because whoever runs
this machine holds every share. Repeatable: what a crash left is gone over again. Leaves real consortia to `tally evaluator`.
"""

from datetime import timedelta
from pathlib import Path

from api.wiring import ids
from api.wiring.installation import Installation
from ledger.core.blacklist.epochs import Evaluator, Plan, SignedEpoch
from ledger.core.blacklist.identifiers import Purpose
from ledger.core.blacklist.judging import CheckPolicy
from ledger.core.blacklist.policy import parse_check_policy
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Principal, Role
from ledger.errors import LedgerError, Unavailable
from ledger.services.blacklist.admit_member import NewMember, admit_member
from ledger.services.blacklist.key_ceremony import finish, first_message, own_polynomial, second_message
from ledger.services.blacklist.known import OwnDatabase, known_epoch, signed_epoch
from ledger.services.blacklist.open_epoch import open_epoch
from ledger.services.blacklist.parties import EvaluatorDesk, RegistryKey, sign_record
from ledger.services.context import Act
from ledger.storage.blacklist import EpochRow, epochs, member_of
from ledger.storage.directory import institution_by_code
from signing.algorithms import PublicKey
from signing.keys.evaluators import Share, keep_share, load_share
from signing.keys.signer import Signer
from signing.oprf.stretch import SALT_BYTES, Stretch

THRESHOLD, EVALUATORS = 2, 3
MEMORY_KIB, PASSES = 19 * 1024, 2  # OWASP's second choice for Argon2id: 30 ms a subject
YEAR = timedelta(days=366)
FIRST_QUOTA = 100_000
PURPOSES = (Purpose.BLACKLIST, Purpose.DOCUMENTS)


def registry_institution(here: Installation) -> str:
    """Return the id of the institution that runs the registry: the installation's first; raise Unavailable."""
    row = here.stores.database.read(lambda tx: institution_by_code(tx, here.settings.institution_code))
    if row is None:
        raise Unavailable("institution.unknown", "no institution is open yet: `tally up` opens one")
    return row.id


def registry_key(here: Installation, *, make: bool = False) -> RegistryKey:
    """Return the registry's key; raise KeyUnavailable."""
    return RegistryKey(registry_institution(here), here.keyring.named("registry", "registry", make=make))


def ensure_blacklist(here: Installation) -> list[EpochRow]:
    """Return the open epochs, making the first of each purpose, and the first member, where there are none."""
    key = registry_key(here, make=True)
    found = here.stores.database.read(epochs)
    for purpose in PURPOSES:
        if not any(row.purpose == purpose for row in found):
            open_co_located(here, purpose, key)
    if here.stores.database.read(lambda tx: member_of(tx, key.institution_id)) is None:
        partner = here.keyring.named("blacklist-partner", "blacklist-partner", make=True)
        admit_member(here.stores, _operator(here), NewMember(key.institution_id, partner.public, FIRST_QUOTA), key)
    return here.stores.database.read(epochs)


def _operator(here: Installation) -> Act:
    principal = Principal("worker", registry_institution(here), frozenset({Role.OPERATOR}), "program")
    return here.act(principal)


def open_co_located(here: Installation, purpose: Purpose, key: RegistryKey, *, number: int = 1) -> None:
    """Make a key among the three evaluators of this machine, and open its epoch."""
    signers = {
        index: here.keyring.named(f"evaluator-{index}", "evaluator", make=True) for index in range(1, EVALUATORS + 1)
    }
    signed = make_key(here, _plan(here, (purpose, number), key, signers), signers)
    open_epoch(here.stores, _operator(here), signed, key)


def _plan(here: Installation, epoch: tuple[Purpose, int], key: RegistryKey, signers: dict[int, Signer]) -> Plan:
    now = ids.now()
    purpose, number = epoch
    return Plan(
        consortium=f"co-located/{here.settings.institution_code.lower()}",
        purpose=purpose,
        number=number,
        threshold=THRESHOLD,
        evaluators=tuple(Evaluator(index, key.institution_id, signer.public) for index, signer in signers.items()),
        stretch=Stretch(MEMORY_KIB, PASSES, ids.random_bytes(SALT_BYTES)),
        opens_at=format_instant(now - timedelta(minutes=1)),
        closes_at=format_instant(now + YEAR),
    )


def make_key(here: Installation, plan: Plan, signers: dict[int, Signer]) -> SignedEpoch:
    """Run a plan's whole key ceremony in this process, keep each share in its own file, and return the signed epoch."""
    own = {index: own_polynomial(plan, index, ids.random_bytes(32)) for index in signers}
    round_one = [first_message(plan, polynomial) for polynomial in own.values()]
    round_two = [second_message(plan, polynomial, round_one) for polynomial in own.values()]
    done = {index: finish(plan, polynomial, round_one, round_two) for index, polynomial in own.items()}
    epoch = done[1].epoch
    for index, result in done.items():
        keep_share(
            share_file(here, epoch.id, index),
            epoch=epoch.id,
            index=index,
            secret=result.share,
            passphrase=here.keyring.passphrase,
        )
    return SignedEpoch(epoch, tuple(sign_record(epoch, signer).signature for signer in signers.values()))


def share_file(here: Installation, epoch_id: bytes, index: int) -> Path:
    return here.keyring.folder / f"share-{epoch_id.hex()[:16]}-{index}.json"


def desk(here: Installation, epoch_id: bytes, index: int) -> EvaluatorDesk:
    """Return one co-located evaluator; raise NotFound("epoch.unknown"), VerificationFailed("evaluation.unknown-evaluator")."""
    row = here.stores.database.read(lambda tx: known_epoch(tx, epoch_id))
    epoch = signed_epoch(row).epoch
    epoch.evaluator(index)
    return EvaluatorDesk(
        epoch=epoch,
        index=index,
        signer=lambda: here.keyring.named(f"evaluator-{index}", "evaluator"),
        share=lambda: _share(here, epoch_id, index),
        around=OwnDatabase(here.stores, epoch_id, ids.now()),
    )


def _share(here: Installation, epoch_id: bytes, index: int) -> Share:
    path = share_file(here, epoch_id, index)
    return here.keyring.share(path, lambda: load_share(path, epoch=epoch_id, passphrase=here.keyring.passphrase))


def partner_signer(here: Installation, institution_id: str) -> Signer:
    """Return the key with which an institution signs requests here; raise Unavailable("check.key-elsewhere")."""
    if institution_id != registry_institution(here):
        raise Unavailable(
            "check.key-elsewhere",
            "your institution's blacklist key is not in this installation: check with `tally blacklist check`, or on your own",
        )
    return here.keyring.named("blacklist-partner", "blacklist-partner")


def believed(here: Installation) -> CheckPolicy:
    """Return whom this installation believes about checks of people and firms: by its own policy, else the registry that runs here.

    Raises Unavailable("check.no-policy") where the file that the settings name is no check policy.
    """
    if here.settings.check_policy:
        return _own_policy(Path(here.settings.check_policy))
    found = [row for row in here.stores.database.read(epochs) if row.purpose == Purpose.BLACKLIST]
    opened = [signed_epoch(row).epoch for row in found]
    members = OwnDatabase(here.stores, b"").members()
    return CheckPolicy(
        epochs={epoch.id: epoch for epoch in opened},
        registries=(registry_public(here),) if opened else (),
        institutions={name: member.key for name, member in members.items()},
    )


def _own_policy(file: Path) -> CheckPolicy:
    try:
        return parse_check_policy(file.read_bytes())
    except (OSError, LedgerError) as error:
        raise Unavailable(
            "check.no-policy",
            "TALLY_CHECK_POLICY names no check policy; the operator fetches one with `tally blacklist policy`",
        ) from error


def registry_public(here: Installation) -> PublicKey:
    """Return the registry's public key; its file is opened once in a process."""
    return registry_key(here).signer.public
