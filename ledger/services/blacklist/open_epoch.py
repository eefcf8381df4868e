"""Open an epoch at the registry: from now on listings and checks under its key are taken."""

from dataclasses import dataclass
from hashlib import sha256

from ledger.core.blacklist.epochs import SignedEpoch
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.blacklist.parties import RegistryKey, house_key
from ledger.services.context import Act, Stores, Written
from ledger.services.log.institution_key import directory_log
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.blacklist import EpochRow, insert_epoch
from ledger.storage.database import Connection

SUBJECT_KIND = "blacklist-epoch"


def open_epoch(stores: Stores, act: Act, signed: SignedEpoch, key: RegistryKey) -> Written:
    """Record the epoch, whose signatures hold; raise NotAllowed, VerificationFailed (epoch.…), Conflict("epoch.exists")."""
    require(act.principal, Action.BLACKLIST_OPERATE, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    signed.check()
    house = house_key(stores, signed.epoch.id.hex())
    return stores.database.write(lambda tx: _write(tx, stores, act, _Opening(signed, key, house)))


@dataclass(frozen=True)
class _Opening:
    signed: SignedEpoch
    key: RegistryKey
    house: RecordKey


def _write(tx: Connection, stores: Stores, act: Act, opening: _Opening) -> Written:
    epoch = opening.signed.epoch
    event = Event(
        type="blacklist.epoch-opened",
        log=directory_log(tx, opening.key.institution_id),
        subject_kind=SUBJECT_KIND,
        subject_id=epoch.id.hex(),
        role="operator",
        record=opening.house,
        facts={
            "purpose": str(epoch.plan.purpose),
            "number": epoch.plan.number,
            "threshold": epoch.plan.threshold,
            "evaluators": [place.institution for place in epoch.plan.evaluators],
            "registry": opening.key.signer.public.to_json(),
            "closes_at": epoch.plan.closes_at,
            "record": sha256(opening.signed.to_bytes()).hexdigest(),
        },
    )
    recorded = record(tx, stores, act, event)
    row = EpochRow(
        id=epoch.id,
        institution_id=opening.key.institution_id,
        purpose=str(epoch.plan.purpose),
        number=epoch.plan.number,
        record=opening.signed.to_bytes(),
        opened_entry=recorded.entry_id,
        opened_at=format_instant(act.now),
    )
    insert_epoch(tx, row)
    return recorded.written(epoch.id.hex())
