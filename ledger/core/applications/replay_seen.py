"""What a decider had seen when they signed: a decision counts for the submission that it was signed on, once, and while it was in date.

Promises: the head that a statement names is held against the entries of the review, not against what anybody says of it.
"""

from datetime import datetime

from ledger.core.applications.replay_case import Book, Case
from ledger.core.applications.timeline import TrailEntry
from signing.decision import DecisionStatement


def check_seen(book: Book, entry: TrailEntry, case: Case, statement: DecisionStatement) -> None:
    """Add a finding for a statement that is older than the review, names another history, had run out, or was used before."""
    head = statement.head
    if head.n < min(case.since, default=head.n):
        found = f"signed on entry {head.n} of the application, before it was handed in"
        book.find(entry, "approval.outdated", expected="a decision on the current submission", found=found)
    elif case.since.get(head.n) != head.leaf or head.n >= entry.n:
        book.find(entry, "approval.other-content", expected="the recorded history", found="another one was signed")
    if datetime.fromisoformat(statement.expires_at) <= entry.at:
        found = f"recorded {entry.at.isoformat()}, in date until {statement.expires_at}"
        book.find(
            entry, "approval.expired", expected="a decision recorded while its statement was in date", found=found
        )
    if statement.nonce in book.nonces:
        book.find(
            entry, "approval.used-again", expected="a signed statement that counts once", found="its nonce, again"
        )
    book.nonces.add(statement.nonce)
