"""A counter-offer: other terms that a decider signs, and the version of the application that takes them (DESIGN section 6).

Promises: pure. An offer is written in the statement's conditions, as `amount=CNY 80,000.00` and `term_months=12`, each at most
once and at least one of them; the accepted version is the old one with exactly these members changed, and new terms.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ledger.core.applications.application import MAX_MONTHS, Application
from ledger.core.applications.main_unit import from_main_unit
from ledger.errors import InvalidInput

_AMOUNT = "amount="
_TERM = re.compile(r"term_months=([1-9][0-9]{0,2})")
_MOST_LINES = 2


@dataclass(frozen=True)
class Offer:
    """What is offered; None leaves it as it was asked for."""

    currency: str | None
    amount: int | None
    term_months: int | None


def read_offer(lines: Sequence[str]) -> Offer:
    """Return the offer of a statement's conditions; raise InvalidInput("decision.offer")."""
    amounts = [line.removeprefix(_AMOUNT) for line in lines if line.startswith(_AMOUNT)]
    terms = [int(match[1]) for line in lines if (match := _TERM.fullmatch(line))]
    if (
        not 1 <= len(lines) <= _MOST_LINES
        or len(amounts) + len(terms) != len(lines)
        or max(len(amounts), len(terms)) > 1
    ):
        raise _refused("such as amount=CNY 80,000.00 or term_months=12, each once")
    if terms and terms[0] > MAX_MONTHS:
        raise _refused(f"at most {MAX_MONTHS} months")
    currency, amount = _amount(amounts[0]) if amounts else (None, None)
    return Offer(currency, amount, terms[0] if terms else None)


def _amount(text: str) -> tuple[str, int]:
    try:
        return from_main_unit(text)
    except InvalidInput as error:
        raise InvalidInput("decision.offer", error.message, field="conditions") from error


def accept_offer(content: Application, offer: Offer, terms_sha256: bytes) -> Application:
    """Return the version of an application that takes the offer; raise InvalidInput("decision.offer") for another currency."""
    if offer.currency not in {None, content.currency}:
        raise _refused(f"an offer in {content.currency}")
    return replace(
        content,
        version=content.version + 1,
        corrects=content.sha256(),
        amount=content.amount if offer.amount is None else offer.amount,
        term_months=content.term_months if offer.term_months is None else offer.term_months,
        terms_sha256=terms_sha256,
    )


def require_offer(lines: Sequence[str], content: Application) -> None:
    """Raise InvalidInput("decision.offer") for an offer that the applicant could never take, such as one in another currency."""
    accept_offer(content, read_offer(lines), content.terms_sha256)


def _refused(expected: str) -> InvalidInput:
    return InvalidInput(
        "decision.offer", f"expected the conditions of a counter-offer to be {expected}", field="conditions"
    )
