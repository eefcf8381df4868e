"""The key terms as a short table: from the machine-readable terms whose hash is signed, never typed by hand.

Promises: every figure is in the terms or follows from them by the schedule's own arithmetic. Leaves out what only the contract says.
"""

from collections.abc import Callable, Iterator

from ledger.core.agreements.contract_facts import cost_of
from ledger.core.agreements.currency import Money, written
from ledger.core.agreements.repayment import Instalment, make_schedule
from ledger.core.agreements.terms import Charged, Terms
from ledger.errors import InvalidInput

Words = Callable[..., str]
Rows = tuple[tuple[str, str], ...]
_NO_BREAK = "\u00a0"


def shown_money(amount: Money) -> str:
    return f"{amount.currency}{_NO_BREAK}{written(amount.minor, amount.currency)}"


def key_terms(terms: Terms, w: Words) -> Rows:
    """Return label and value of each key term, the amount first."""
    return tuple(_rows(terms, w))


def _rows(terms: Terms, w: Words) -> Iterator[tuple[str, str]]:
    yield w("terms.amount"), shown_money(terms.amount)
    yield w("terms.term"), w("terms.months", count=terms.term_months)
    yield w("terms.rate"), f"{terms.annual_rate}{_NO_BREAK}%"
    yield from _computed(terms, w)
    if terms.late_rate is not None:
        yield w("terms.late-rate"), f"{terms.late_rate}{_NO_BREAK}%"
    for fee in terms.fees:
        yield w(f"terms.fee-{fee.kind}"), f"{shown_money(fee.amount)} · {w(f'terms.{fee.charged}')}"
    for item in terms.collateral:
        yield w("terms.collateral"), item.description
    if terms.purpose is not None:
        yield w("terms.purpose"), terms.purpose


def _computed(terms: Terms, w: Words) -> Iterator[tuple[str, str]]:
    """Yield what follows from the schedule, as the contract prints it: instalments with the fee that comes with each."""
    if terms.repayment is None:
        return
    yield w("terms.repayment"), w(f"terms.{terms.repayment.method}")
    schedule = _schedule(terms)
    if not schedule:
        return
    cost, currency = cost_of(terms, schedule), terms.amount.currency
    each = sum(fee.amount.minor for fee in terms.fees if fee.charged is Charged.EACH_INSTALMENT)

    def money(minor: int) -> str:
        return shown_money(Money(currency, minor))

    yield w("terms.effective-rate"), f"{cost.effective_rate}{_NO_BREAK}%"
    yield w("terms.instalment"), money(schedule[0].amount + each)
    yield w("terms.last-instalment"), money(schedule[-1].amount + each)
    yield w("terms.first-due"), schedule[0].due.isoformat()
    yield w("terms.last-due"), schedule[-1].due.isoformat()
    yield w("terms.interest"), money(cost.interest)
    if cost.fees:
        yield w("terms.all-fees"), money(cost.fees)
    yield w("terms.total"), money(sum(row.amount for row in schedule) + cost.fees)


def _schedule(terms: Terms) -> tuple[Instalment, ...]:
    """Return the schedule; nothing where the terms are brief, or where due days move by a calendar that only the contract knows."""
    if terms.repayment is None or terms.repayment.business_days is not None:
        return ()
    try:
        schedule = make_schedule(terms.plan())
        cost_of(terms, schedule)
    except InvalidInput:
        return ()
    return schedule
