"""The later life of an application, replayed: corrections, counter-offers, conditions, withdrawals, lapses (DESIGN section 6).

Promises: each entry is held against the table of states and against what was recorded before it; nobody's word is taken for what the
entries themselves can show. Leaves decisions to `replay`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from ledger.core.applications.application import Application
from ledger.core.applications.conditions import require_checker, require_unmet
from ledger.core.applications.decide import Progress
from ledger.core.applications.offers import accept_offer
from ledger.core.applications.replay_case import Book, Case
from ledger.core.applications.stands import read_stands
from ledger.core.applications.states import Move, State
from ledger.core.applications.timeline import TrailEntry
from ledger.core.log.fields import string
from ledger.errors import LedgerError

TOLD = frozenset({"sent", "delivered"})  # what a message's status must be for its receiver to have been told


def _corrected(book: Book, entry: TrailEntry, case: Case) -> None:
    content = book.content_of(entry)
    if content is None:
        return
    expected = (case.content.version + 1, case.content.sha256(), case.content.number, case.content.applicants)
    if (content.version, content.corrects, content.number, content.applicants) != expected:
        book.find(
            entry,
            "approval.wrong-version",
            expected=f"version {expected[0]} of the same application, naming the one before",
            found=f"version {content.version}",
        )
    book.move(entry, case, Move.CORRECTED)
    _replace_content(book, entry, case, content)


def _accepted(book: Book, entry: TrailEntry, case: Case) -> None:
    content = book.content_of(entry)
    if content is None:
        return
    offered = None if case.offer is None else accept_offer(case.content, case.offer, content.terms_sha256)
    if content != offered:
        book.find(
            entry,
            "approval.wrong-offer",
            expected="what was offered, and nothing else changed",
            found="another version",
        )
    book.move(entry, case, Move.ACCEPTED)
    _replace_content(book, entry, case, content)


def _replace_content(book: Book, entry: TrailEntry, case: Case, content: Application) -> None:
    case.content = content
    case.authors.add(string(entry.values.get("author")))
    case.line = replace(case.line, amount=content.amount, currency=content.currency)
    case.review, case.progress, case.offer = None, Progress(), None
    book.count(case)


def _told(book: Book, entry: TrailEntry, case: Case) -> None:
    told = entry.values.get("told")
    if not isinstance(told, dict):
        book.unopened += 1
        return
    case.told = case.told or told.get("status") in TOLD
    case.due_on = string(told.get("until"))


def _nothing_new(book: Book, entry: TrailEntry, case: Case) -> None:
    """Take a mail that was asked for: it tells nobody yet."""


def _reported(book: Book, entry: TrailEntry, case: Case) -> None:
    place, reporter = entry.facts.get("condition"), entry.values.get("reporter")
    if not isinstance(place, int) or reporter is None:
        book.unopened += 1
        return
    case.reporters[place] = string(reporter)


def _met(book: Book, entry: TrailEntry, case: Case) -> None:
    place, checker = entry.facts.get("condition"), entry.values.get("checker")
    if not isinstance(place, int) or checker is None:
        book.unopened += 1
        return
    own = case.authors | {applicant.id for applicant in case.content.applicants}
    try:
        require_unmet(case.progress.conditions, case.met, place)
        require_checker(case.reporters, place, string(checker), own)
    except LedgerError as error:
        book.find(
            entry, "approval.condition", expected="evidence brought by one and checked by another", found=error.code
        )
    case.met.add(place)
    if len(case.met) == len(case.progress.conditions):
        book.move(entry, case, Move.FULFILLED)


def _withdrawn(book: Book, entry: TrailEntry, case: Case) -> None:
    book.move(entry, case, Move.WITHDRAWN)


def _lapsed(book: Book, entry: TrailEntry, case: Case) -> None:
    day = book.timeline.working_time.day(entry.at).isoformat()
    if case.due_on and day <= case.due_on:
        book.find(entry, "approval.lapsed-early", expected=f"a day after {case.due_on}", found=day)
    if not case.told:
        book.find(entry, "approval.lapsed-untold", expected="a message to the applicant before", found="none")
    book.move(entry, case, Move.LAPSED)


def _one(work: Callable[[Book, TrailEntry, Case], None]) -> Callable[[Book, TrailEntry], None]:
    """Return a handler that looks up the case, checks the time, and at the end where the entry says that it stands."""

    def handle(book: Book, entry: TrailEntry) -> None:
        case = book.cases.get(entry.subject)
        if case is None:
            book.unopened += 1
            return
        book.check_time(entry, case)
        work(book, entry, case)
        check_stands(book, entry, case)

    return handle


def check_stands(book: Book, entry: TrailEntry, case: Case) -> None:
    """Add a finding where an entry says that its application stands elsewhere than the replay brought it; erased ones say nothing."""
    value = entry.values.get("stands")
    if value is None:
        return
    stands = read_stands(value)
    if stands.state in {State.RETURNED, State.COUNTERED}:
        case.due_on = stands.due_on
    made = (case.state.value, case.content.version)
    if (stands.state, stands.version) != made:
        book.find(
            entry,
            "approval.wrong-state",
            expected=f"{made[0]}, version {made[1]}",
            found=f"{stands.state}, version {stands.version}",
        )


LIFE: Mapping[str, Callable[[Book, TrailEntry], None]] = {
    "application.corrected": _one(_corrected),
    "application.accepted": _one(_accepted),
    "application.told": _one(_told),
    "application.message-queued": _one(_nothing_new),
    "application.condition-reported": _one(_reported),
    "application.condition-met": _one(_met),
    "application.withdrawn": _one(_withdrawn),
    "application.lapsed": _one(_lapsed),
}
