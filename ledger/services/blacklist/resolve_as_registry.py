"""Resolve a dispute as the registry's staff, signed with the registry's key: where no member is left that is no party."""

from dataclasses import dataclass

from ledger.core.blacklist.steps import Step, check_words
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.blacklist.parties import RegistryKey, sign_record
from ledger.services.blacklist.stepping import lived, record_step, registry_step
from ledger.services.context import Act, Stores, Written
from ledger.storage.database import Connection


@dataclass(frozen=True)
class Ruling:
    """Whether a dispute of a listing is upheld or overturned; `evidence`: SHA-256 of the reasoned decision."""

    listing: str
    word: str
    evidence: bytes


def resolve_as_registry(stores: Stores, act: Act, ruling: Ruling, key: RegistryKey) -> Written:
    """Record the ruling.

    Raises NotAllowed (permission.denied, listing.party-judges), InvalidInput("listing-step.malformed"), NotFound, Conflict.
    """
    require(act.principal, Action.BLACKLIST_OPERATE, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    check_words(Step.RESOLVE, ruling.word, evidence=ruling.evidence, identity=None)
    return stores.database.write(lambda tx: _write(tx, stores, act, (ruling, key)))


def _write(tx: Connection, stores: Stores, act: Act, parts: tuple[Ruling, RegistryKey]) -> Written:
    ruling, key = parts
    found = lived(tx, ruling.listing)
    step = registry_step(found, key, Step.RESOLVE, (ruling.word, ruling.evidence), act.now)
    return record_step(tx, stores, act, sign_record(step, key.signer), role="registry").written(ruling.listing)
