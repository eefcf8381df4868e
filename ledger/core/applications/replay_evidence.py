"""What came to an application after it was written, as the replay gathers it, and whether a listing that was found was heeded.

Promises: attachments, third-party data and checks count from their entries on; what was erased is counted and not guessed.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from ledger.core.applications.application import BlacklistCheck, parse_blacklist_check, parse_third_party
from ledger.core.applications.evidence import AtHand, heeds_listing
from ledger.core.applications.replay_case import Book, Case, Checked
from ledger.core.applications.requirements import missing
from ledger.core.applications.timeline import TrailEntry
from ledger.core.log.fields import octets
from signing.canonical import Json


def check_complete(book: Book, entry: TrailEntry, case: Case) -> None:
    """Add a finding for each thing that the path asks for and that was not at hand, and for a listing that was passed over."""
    review, policy = case.review, case.policy
    if review is None or policy is None:
        return
    for lack in missing(review.path, case.content, case.at_hand, entry.at):
        book.find(entry, "approval.incomplete", expected=str(lack), found="nothing")
    if case.at_hand.is_listed and not heeds_listing(policy.policy, case.path, case.content, review.amount):
        book.find(entry, "approval.listing-passed-over", expected="the path for a listed applicant", found=case.path)


def _attached(at_hand: AtHand, value: Json) -> AtHand:
    digest = octets(value.get("sha256") if isinstance(value, dict) else None, 32)
    return replace(at_hand, received=at_hand.received | {digest})


def _fetched(at_hand: AtHand, value: Json) -> AtHand:
    return replace(at_hand, third_party=(*at_hand.third_party, parse_third_party(value)))


def _checked(book: Book, entry: TrailEntry) -> None:
    """Take in a check where its receipt proves it: one that nobody could have made counts for nothing."""
    case = book.cases.get(entry.subject)
    if case is None:
        return  # its creation was erased, and counted
    if "check" not in entry.values:
        book.unopened += 1
        return
    check = parse_blacklist_check(entry.values["check"])
    if _is_proved(book, entry, case, check):
        case.at_hand = replace(case.at_hand, checks=(*case.at_hand.checks, check))


def _is_proved(book: Book, entry: TrailEntry, case: Case, check: BlacklistCheck) -> bool:
    """Say whether a check counts: not where its receipt says something else. One whose receipt was erased is counted, and believed."""
    if book.judge_check is None or not {"receipt", "opening"} <= entry.values.keys():
        book.unjudged += 1
        return True
    told = Checked(
        application=entry.subject,
        content=case.content,
        check=check,
        receipt=entry.values["receipt"],
        opening=entry.values["opening"],
        at=entry.at,
    )
    found = book.judge_check(told)
    if found is not None:
        book.find(entry, "approval.check-unproved", expected="a check as its receipt proves it", found=found)
    return found is None


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
    "application.checked": _checked,
}
