"""The institution's own registry knows the key that it seals with, from before the first seal on (DESIGN section 5).

Promises: enrolled once; a key that was revoked seals no more. Leaves to others: revoking it (services/log/revoke_key), the seal.
"""

from ledger.core.log.keys import Owner, OwnerKind, ProofGrade, Proofing, Purpose
from ledger.errors import Conflict, Unavailable
from ledger.services.context import Act, Stores
from ledger.services.enrolling import NewKey, Recorder, record_enrolment, record_key_of
from ledger.services.log.institution_key import InstitutionKey
from ledger.services.recording import RecordKey
from ledger.storage.enrolled_keys import key_by_id
from signing.algorithms import PublicKey


def enrol_seal_key(stores: Stores, act: Act, key: PublicKey, institution: InstitutionKey) -> None:
    """Queue `key.enrolled` where the registry has no such key; raise Unavailable("seal.key-revoked")."""
    known = stores.database.read(lambda tx: key_by_id(tx, institution.institution_id, key.key_id))
    if known is not None and known.revoked_entry is not None:
        message = "the key of the seal was revoked: make another, have it certified (`tally keys seal-request`), and sealing goes on"
        raise Unavailable("seal.key-revoked", message)
    if known is not None:
        return
    new = NewKey(
        key=key,
        purpose=Purpose.SEAL,
        owner=Owner(OwnerKind.ORGANISATION, institution.institution_id),
        proofing=Proofing(provider="own", grade=ProofGrade.OWN_KEY),
    )
    by = Recorder(key=institution, record=RecordKey(key.key_id, record_key_of(stores, key)), role="operator")
    try:
        stores.database.write(lambda tx: record_enrolment(tx, stores, act, new, by))
    except Conflict:  # another worker was first
        return
