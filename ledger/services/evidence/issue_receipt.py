"""Make the receipt of one entry: what a stranger needs to check it without us (DESIGN sections 3 and 8)."""

from ledger.core.log.receipt import Receipt
from ledger.services.context import Act, Stores
from ledger.services.evidence.issue_receipts import Asked, issue_receipts


def issue_receipt(stores: Stores, act: Act, entry_id: str) -> Receipt:
    """Return the receipt of an entry of the caller's institution, against its best anchor or else the newest checkpoint.

    The receipt is verified before it is handed out. Raises NotFound("entry.unknown"), NotAllowed,
    Unavailable("entry.pending") while no checkpoint covers the entry.
    """
    asked = Asked(act.principal, entry_id)
    answer = issue_receipts(stores, [asked])[asked]
    if isinstance(answer, Receipt):
        return answer
    raise answer
