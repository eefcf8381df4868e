"""Sign in with a passkey: a challenge out, an assertion in, a session opened (DESIGN section 9)."""

from dataclasses import dataclass

from ledger.core.log.keys import OwnerKind, Purpose
from ledger.errors import NotAllowed
from ledger.services.challenges import issue_challenge, use_challenge
from ledger.services.context import Act, Stores
from ledger.services.staff_sessions import OpenedSession, open_session
from ledger.storage.database import Connection
from ledger.storage.enrolled_keys import EnrolledKeyRow, keys_of_credential
from signing.errors import VerificationFailed
from signing.webauthn import Assertion, RelyingParty, base64url, check_origin, check_webauthn, read_client_data

_PURPOSE = "sign-in"


@dataclass(frozen=True)
class Answer:
    """What the browser answered: which credential, and the assertion over our challenge."""

    credential_id: bytes
    assertion: Assertion

    @property
    def challenge(self) -> bytes:
        """The challenge that the browser took; whether it was ours is for the service to say."""
        return base64url(read_client_data(self.assertion.client_data, "webauthn.get").challenge)


def ask_sign_in(stores: Stores, act: Act) -> bytes:
    """Return a fresh challenge for whoever wants to sign in."""
    return stores.database.write(lambda tx: issue_challenge(tx, act, _PURPOSE, ""))


def sign_in(stores: Stores, act: Act, answer: Answer, party: RelyingParty) -> OpenedSession:
    """Open a session for the person whose passkey answered.

    Raises NotAllowed("sign-in.refused") for a credential that is unknown, revoked, made for signing, or did not sign: nobody learns
    which; Conflict("passkey.challenge-used").
    """
    return stores.database.write(lambda tx: _open(tx, act, answer, party))


def _open(tx: Connection, act: Act, answer: Answer, party: RelyingParty) -> OpenedSession:
    use_challenge(tx, answer.challenge, purpose=_PURPOSE, bound_to="", now=act.now)
    for key in keys_of_credential(tx, answer.credential_id):
        if _is_good(key, answer, party):
            return open_session(tx, act, key)
    raise NotAllowed("sign-in.refused", "this passkey does not sign in here; use another, or ask an administrator")


def _is_good(key: EnrolledKeyRow, answer: Answer, party: RelyingParty) -> bool:
    if (key.owner_kind, key.purpose, key.revoked_entry) != (OwnerKind.PERSON, Purpose.LOGIN, None):
        return False
    value = answer.assertion.pack()
    try:
        check_webauthn(key.public_key, answer.challenge, value)
        check_origin(value, party.origins)
    except VerificationFailed:
        return False
    return True
