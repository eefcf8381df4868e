"""A signed-in member of staff enrols the passkey that signs for them: another one than that which signs in (DESIGN section 5)."""

from ledger.core.log.keys import Owner, OwnerKind, ProofGrade, Proofing, Purpose
from ledger.errors import NotAllowed
from ledger.services.challenges import issue_challenge, use_challenge
from ledger.services.context import Act, Stores, Written
from ledger.services.enrolling import Device, NewKey, Recorder, record_enrolment, record_key_of
from ledger.services.log.institution_key import InstitutionKey, known_person
from ledger.services.recording import RecordKey
from ledger.storage.database import Connection
from ledger.storage.enrolled_keys import keys_of
from signing.algorithms import PublicKey

_PURPOSE = "enrol-own-key"

Made = tuple[PublicKey, Device, bytes]  # the key, its device, and the challenge that it answered


def ask_own_key(stores: Stores, act: Act) -> tuple[bytes, list[bytes]]:
    """Return a challenge, and the credentials that this person signs with already; raise NotAllowed("key.sign-in-first").

    That which signs in is none of them: a device that holds it still makes another one.
    """
    _require_session(act)
    known = stores.database.read(lambda tx: keys_of(tx, act.principal.id))
    challenge = stores.database.write(lambda tx: issue_challenge(tx, act, _PURPOSE, act.principal.id))
    signing = [key for key in known if key.purpose == Purpose.SIGN and key.revoked_entry is None]
    return challenge, [key.credential_id for key in signing if key.credential_id]


def enrol_own_key(stores: Stores, act: Act, made: Made, key: InstitutionKey) -> Written:
    """Queue `key.enrolled` and store the key; raise NotAllowed, Conflict("passkey.challenge-used" | "key.enrolled")."""
    _require_session(act)
    record = RecordKey(made[0].key_id, record_key_of(stores, made[0]))
    by = Recorder(key=key, record=record, role="owner")
    return stores.database.write(lambda tx: _write(tx, stores, act, made, by))


def _write(tx: Connection, stores: Stores, act: Act, made: Made, by: Recorder) -> Written:
    public, device, challenge = made
    use_challenge(tx, challenge, purpose=_PURPOSE, bound_to=act.principal.id, now=act.now)
    known_person(tx, by.key.institution_id, act.principal.id)
    new = NewKey(
        key=public,
        purpose=Purpose.SIGN,
        owner=Owner(OwnerKind.PERSON, act.principal.id),
        proofing=Proofing(provider="staff sign-in", grade=ProofGrade.LENDERS_WORD),
        device=device,
    )
    return record_enrolment(tx, stores, act, new, by).written(public.key_id)


def _require_session(act: Act) -> None:
    if act.principal.kind != "person":
        raise NotAllowed("key.sign-in-first", "sign in with your passkey first: an API key makes no pen for its person")
