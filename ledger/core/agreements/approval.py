"""What an approval must say so that an agreement may be sent on it (DESIGN section 6).

Promises: the terms that were approved are the terms of the contract, to the byte, and the amount that was decided on is its amount.
Leaves to others: finding the application and whether it is approved (services), and the deciding (core.applications).
"""

from dataclasses import dataclass

from ledger.core.agreements.terms import Terms
from ledger.errors import NotAllowed
from signing.canonical import Json


@dataclass(frozen=True, kw_only=True)
class Approval:
    """An approved application as far as an agreement needs it; `entry` is the entry that made it approved."""

    application: str
    entry: str
    content_sha256: bytes
    terms_sha256: bytes
    currency: str
    amount: int

    def to_json(self) -> dict[str, Json]:
        """Return the committed value that `agreement.sent` carries."""
        return {"application": self.application, "entry": self.entry, "content_sha256": self.content_sha256.hex()}


def check_approval(terms: Terms, approval: Approval) -> None:
    """Raise NotAllowed("agreement.other-terms" | "agreement.other-amount") unless these very terms were approved."""
    if approval.terms_sha256 != terms.sha256():
        raise NotAllowed(
            "agreement.other-terms",
            "other terms were approved than this contract has: correct the application and have it decided, "
            "or make the contract from the approved terms",
        )
    if (approval.currency, approval.amount) != (terms.amount.currency, terms.amount.minor):
        raise NotAllowed(
            "agreement.other-amount",
            f"the decision was about {approval.amount} minor units of {approval.currency}, the contract is about "
            f"{terms.amount.minor} of {terms.amount.currency}",
        )
