"""Agreements that were sent, held against the approvals they rest on: the replay's part about them (DESIGN section 6).

Promises: a finding for each that went out without an approval, beside it, or on one that another agreement had used; what was erased
is passed over. Reads the entries of the other wing as the log has them. Codes: docs/audit-approvals.md.
"""

from collections.abc import Callable, Mapping

from ledger.core.applications.application import Application, parse_amount
from ledger.core.applications.replay_case import Book, Contract
from ledger.core.applications.states import State
from ledger.core.applications.timeline import TrailEntry
from ledger.core.log.fields import string
from signing.canonical import Json, encode
from signing.envelope import tagged_hash

_TERMS_TAG = "terms"  # docs/formats/terms.md


def _created(book: Book, entry: TrailEntry) -> None:
    book.contracts[entry.subject] = _contract(entry.values)


def _submitted(book: Book, entry: TrailEntry) -> None:
    contract, application = book.contracts.get(entry.subject), entry.values.get("application")
    if contract is not None and application is not None:
        contract.application = string(application)


def _sent(book: Book, entry: TrailEntry) -> None:
    contract = book.contracts.pop(entry.subject, None)
    if contract is None or contract.application is None:
        if book.timeline.policy_at(None, entry.at, entry.index) is not None:
            book.find(entry, "approval.sent-without", expected="an approved application", found="none")
        return
    content = _approved(book, contract.application)
    if content is None:
        expected = f"application {contract.application} approved"
        book.find(entry, "approval.sent-without", expected=expected, found="not approved")
        return
    if contract.terms_sha256 is not None and contract.terms_sha256 != content.terms_sha256:
        terms, other = content.terms_sha256.hex(), contract.terms_sha256.hex()
        book.find(entry, "approval.sent-beside", expected=terms, found=other)
    if contract.amount is not None and contract.amount != (content.currency, content.amount):
        amount, another = f"{content.currency} {content.amount}", " ".join(map(str, contract.amount))
        book.find(entry, "approval.sent-beside", expected=amount, found=another)
    if contract.application in book.used:
        first = f"also {book.used[contract.application]}"
        book.find(entry, "approval.used-twice", expected="one agreement on one approval", found=first)
    book.used[contract.application] = entry.subject


def _came_to_nothing(book: Book, entry: TrailEntry) -> None:
    book.used = {application: agreement for application, agreement in book.used.items() if agreement != entry.subject}


def _approved(book: Book, application: str) -> Application | None:
    case = book.cases.get(application)
    return case.content if case is not None and case.state is State.APPROVED else None


def _contract(values: Mapping[str, Json]) -> Contract:
    terms = values.get("terms")
    if not isinstance(terms, dict):
        return Contract(None, None)
    return Contract(tagged_hash(_TERMS_TAG, encode(terms)), parse_amount(terms.get("amount")))


HANDLERS: Mapping[str, Callable[[Book, TrailEntry], None]] = {
    "agreement.created": _created,
    "agreement.submitted": _submitted,
    "agreement.sent": _sent,
    "agreement.declined": _came_to_nothing,
    "agreement.expired": _came_to_nothing,
    "agreement.voided": _came_to_nothing,
}
