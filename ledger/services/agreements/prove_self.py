"""Prove that the person in a browser holds the key they signed with, in order to fetch a copy again (DESIGN section 5).

Promises: what the key signs here is the hash of a tag and a fresh nonce: it can never be the digest of a statement, and the page
computes it itself. A nonce is good once, within minutes, for this signer.
"""

import hashlib
from dataclasses import dataclass

from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action
from ledger.errors import Conflict, NotAllowed
from ledger.services.agreements.acting import record_key
from ledger.services.agreements.browser import SignerSession
from ledger.services.agreements.pens import key_of_row, own_keys
from ledger.services.agreements.view import load_agreement
from ledger.services.challenges import issue_challenge, use_challenge
from ledger.services.context import Act, Stores
from ledger.storage.database import Connection
from ledger.storage.enrolled_keys import EnrolledKeyRow
from ledger.storage.sessions import prove_session
from signing.algorithms import Suite
from signing.envelope import tagged_bytes
from signing.webauthn import Assertion, RelyingParty, check_origin, check_webauthn

KIND = "presence"
_PURPOSE = "prove-self"


@dataclass(frozen=True)
class Presence:
    """What the page needs: a nonce, of which it signs the tagged hash, and which keys may answer."""

    nonce: bytes
    credential_ids: tuple[bytes, ...]


def ask_presence(stores: Stores, act: Act, session: SignerSession) -> Presence:
    """Return a fresh nonce; raise Conflict("signer.no-key") where this person has no passkey."""
    keys = _keys(stores, act, session)
    nonce = stores.database.write(lambda tx: issue_challenge(tx, act, _PURPOSE, _bound(session)))
    return Presence(nonce, tuple(key.credential_id for key in keys if key.credential_id))


def prove_self(
    stores: Stores, act: Act, session: SignerSession, answer: tuple[bytes, bytes, Assertion], party: RelyingParty
) -> None:
    """Mark the session as proved by (nonce, credential id, assertion).

    Raises NotAllowed("session.not-proved") for a key of somebody else, VerificationFailed (passkey.…, signature.…),
    Conflict("passkey.challenge-used" | "signer.no-key").
    """
    nonce, credential_id, assertion = answer
    key = next((key for key in _keys(stores, act, session) if key.credential_id == credential_id), None)
    if key is None:
        raise NotAllowed("session.not-proved", "this passkey is not one that you signed with; choose that one")
    check_webauthn(key_of_row(key).raw, hashlib.sha256(tagged_bytes(KIND, nonce)).digest(), assertion.pack())
    check_origin(assertion.pack(), party.origins)

    def work(tx: Connection) -> None:
        use_challenge(tx, nonce, purpose=_PURPOSE, bound_to=_bound(session), now=act.now)
        prove_session(tx, session.row.id, format_instant(act.now))

    stores.database.write(work)


def _keys(stores: Stores, act: Act, session: SignerSession) -> list[EnrolledKeyRow]:
    agreement_id, signer_id = session.row.agreement_id, session.row.signer_id
    view = stores.database.read(lambda tx: load_agreement(tx, act.principal, agreement_id, Action.COPY_FETCH))
    key = record_key(stores, view).key
    found = stores.database.read(lambda tx: own_keys(tx, stores, view, signer_id, key))
    passkeys = [row for row in found if row.suite == Suite.WEBAUTHN]
    if not passkeys:
        raise Conflict(
            "signer.no-key", "this person has no key yet; it is enrolled on the signing page, after the code"
        )
    return passkeys


def _bound(session: SignerSession) -> str:
    return f"{session.row.agreement_id}/{session.row.signer_id}/{session.row.id}"
