"""What an entry of a review must commit to, and what its time may be: whoever writes the log past the service is named by what is not there.

Promises: a field that was erased is told from one that was never committed to; the first is counted elsewhere, the second is a finding.
"""

from collections.abc import Mapping
from datetime import timedelta

from ledger.core.applications.replay_case import Book
from ledger.core.applications.timeline import TrailEntry

MAX_APART = timedelta(minutes=5)  # of the clocks of several processes, and from a write to its place in the log

_DECIDED = frozenset({"statement", "signature", "decider", "moved", "stands"})
_RULED = frozenset({"automated", "inputs", "signature", "decider", "moved", "stands"})
REQUIRED: Mapping[str, frozenset[str]] = {
    "application.created": frozenset({"application", "author", "stands"}),
    "application.corrected": frozenset({"application", "author", "stands"}),
    "application.accepted": frozenset({"application", "author", "stands"}),
    "application.submitted": frozenset({"submission", "stands"}),
    "application.sitting-named": frozenset({"sitting", "stands"}),
    "application.escalated": frozenset({"escalation", "stands"}),
    "application.attached": frozenset({"attachment"}),
    "application.data-fetched": frozenset({"third_party"}),
    "application.checked": frozenset({"check", "receipt", "opening"}),
    "application.decided": _DECIDED,
}


def check_whole(book: Book, entry: TrailEntry) -> None:
    """Add a finding for each field that the entry does not even commit to: an unsigned decision first of all."""
    required = REQUIRED.get(entry.type)
    if required is None or required <= entry.values.keys():
        return
    if entry.type == "application.decided" and "rule_set" in entry.facts:
        required = _RULED
    for name in sorted(required - entry.values.keys() - entry.closed):
        code = "approval.bad-signature" if name == "signature" else "approval.malformed"
        book.find(entry, code, expected=f"a field {name}", found="none was recorded")


def check_order(book: Book, entry: TrailEntry) -> None:
    """Add a finding where an entry of a review says a time well before those of the entries before it in the log; once for each step back."""
    if entry.kind == "application" and book.newest_at is not None and entry.at < book.newest_at - MAX_APART:
        expected = f"a time after {book.newest_at.isoformat()}, that of an entry before it in the log"
        book.find(entry, "approval.back-dated", expected=expected, found=entry.at.isoformat())
        book.newest_at = entry.at
    elif book.newest_at is None or entry.at > book.newest_at:
        book.newest_at = entry.at
