"""Whether the person in a browser was proved beyond the code: by papers, by their own key, or by having signed with it here.

Promises: a telephone number alone opens no sealed file, since numbers change hands. Leaves to others: what then opens.
"""

from datetime import datetime

from ledger.errors import NotAllowed
from ledger.services.agreements.browser import SignerSession
from ledger.services.agreements.view import AgreementView
from signing.algorithms import Suite

_OWN = frozenset({Suite.WEBAUTHN, Suite.EIP712})  # keys that stay with a person; a one-time key rests on the code


def is_proved(session: SignerSession, view: AgreementView) -> bool:
    """Say whether this session's person was proved, or signed with an own key in it."""
    confirmed_at = session.row.confirmed_at
    if session.is_proved or confirmed_at is None:
        return session.is_proved
    since = datetime.fromisoformat(confirmed_at)
    return any(
        row.signer_id == session.row.signer_id and row.suite in _OWN and datetime.fromisoformat(row.signed_at) >= since
        for row in view.signatures
    )


def require_proof(session: SignerSession, view: AgreementView) -> None:
    """Raise NotAllowed("session.not-proved") unless the person was proved."""
    if not is_proved(session, view):
        raise NotAllowed(
            "session.not-proved",
            "show who you are once more, with your passkey or your papers; a code alone opens no copy",
        )
