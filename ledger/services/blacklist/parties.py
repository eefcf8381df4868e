"""Who signs for the registry, and for one evaluator: given to the services of this wing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from ledger.core.blacklist.admission import Member
from ledger.core.blacklist.epochs import Epoch
from ledger.core.blacklist.signed import Record, Signed, signed_bytes
from ledger.core.blacklist.versions import SignedVersion
from ledger.errors import Conflict
from ledger.services.context import Stores
from ledger.services.recording import RecordKey
from signing.envelope import Signature
from signing.keys.evaluators import Share
from signing.keys.signer import Signer

R = TypeVar("R", bound=Record)


def sign_record(record: R, signer: Signer) -> Signed[R]:
    """Return the record with its signature by this key."""
    public = signer.public
    return Signed(record, Signature(public.suite, public.key_id, signer.sign(signed_bytes(record))))


def house_key(stores: Stores, name: str) -> RecordKey:
    """Return the key of a record of the registry's own, made when it is first asked for: a crash in between does no harm."""
    try:
        return RecordKey(name, stores.record_keys.create(name))
    except Conflict:
        return RecordKey(name, stores.record_keys.get(name))


@dataclass(frozen=True)
class RegistryKey:
    """The key with which a registry signs versions of the list, and the institution that runs it."""

    institution_id: str
    signer: Signer


class Surroundings(Protocol):
    """What an evaluator knows of the world: who may ask, and which versions are the newest two (the newest first)."""

    def members(self) -> Mapping[str, Member]: ...

    def versions(self) -> tuple[SignedVersion, ...]: ...


@dataclass(frozen=True)
class EvaluatorDesk:
    """One evaluator: its place in an epoch, the key that signs its answers, its share (opened when first needed)."""

    epoch: Epoch
    index: int
    signer: Callable[[], Signer]
    share: Callable[[], Share]
    around: Surroundings
