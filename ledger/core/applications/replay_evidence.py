"""What came to an application after it was written, as the replay gathers it, and whether a listing that was found was heeded.

Promises: attachments, third-party data and checks count from their entries on; what was erased is counted and not guessed.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from ledger.core.applications.application import parse_blacklist_check, parse_third_party
from ledger.core.applications.evidence import AtHand, heeds_listing
from ledger.core.applications.replay_case import Book, Case
from ledger.core.applications.requirements import missing
from ledger.core.applications.timeline import TrailEntry
from ledger.core.log.fields import octets
from signing.canonical import Json


def check_complete(book: Book, entry: TrailEntry, case: Case) -> None:
    """Add a finding for each thing that the path asks for and that was not at hand, and for a listing that was passed over."""
    review, policy = case.review, case.policy
    if review is None or policy is None:
        return
    for line in missing(review.path, case.content, case.at_hand, entry.at):
        book.find(entry, "approval.incomplete", expected=line, found="nothing")
    if case.at_hand.is_listed and not heeds_listing(policy.policy, case.path, case.content, review.amount):
        book.find(entry, "approval.listing-passed-over", expected="the path for a listed applicant", found=case.path)


def _attached(at_hand: AtHand, value: Json) -> AtHand:
    digest = octets(value.get("sha256") if isinstance(value, dict) else None, 32)
    return replace(at_hand, received=at_hand.received | {digest})


def _fetched(at_hand: AtHand, value: Json) -> AtHand:
    return replace(at_hand, third_party=(*at_hand.third_party, parse_third_party(value)))


def _checked(at_hand: AtHand, value: Json) -> AtHand:
    return replace(at_hand, checks=(*at_hand.checks, parse_blacklist_check(value)))


def _gathering(name: str, add: Callable[[AtHand, Json], AtHand]) -> Callable[[Book, TrailEntry], None]:
    def gather(book: Book, entry: TrailEntry) -> None:
        case = book.cases.get(entry.subject)
        if case is None:
            return  # its creation was erased, and counted
        if name not in entry.values:
            book.unopened += 1
            return
        case.at_hand = add(case.at_hand, entry.values[name])

    return gather


EVIDENCE: Mapping[str, Callable[[Book, TrailEntry], None]] = {
    "application.attached": _gathering("attachment", _attached),
    "application.data-fetched": _gathering("third_party", _fetched),
    "application.checked": _gathering("check", _checked),
}
