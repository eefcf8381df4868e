"""What a typeset contract shows, computed from its terms: amounts, dates and rates as text, the schedule, the cost (docs/templates.md).

Promises: pure; every number in it follows from the terms, the calendar and the arguments. Leaves to others: layout and words
(the template), the number, the randomness.
"""

from dataclasses import dataclass
from datetime import date

from ledger.core.agreements.currency import in_chinese_capitals, written
from ledger.core.agreements.draft import Draft
from ledger.core.agreements.loan_cost import Payment, effective_annual_rate
from ledger.core.agreements.parties import SignerRole
from ledger.core.agreements.repayment import Instalment, IsBusinessDay, make_schedule
from ledger.core.agreements.terms import Charged, Terms
from ledger.errors import InvalidInput
from signing.canonical import Json

READING_CODE_CHARS = 6
NONCE_BYTES = 32

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32 signs that nobody mistakes for each other
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Contract:
    """One contract to be typeset. A draft (preview) has a watermark and no reading code."""

    draft: Draft
    dated: date
    number: str
    agreement: str
    nonce: bytes
    reading_code: str | None


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What the borrower pays beside the principal, in minor units, and the effective annual rate in percent."""

    interest: int
    fees: int
    effective_rate: str


def reading_code(random: bytes) -> str:
    """Return the code that is printed inside the PDF, from READING_CODE_CHARS random bytes."""
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in random[:READING_CODE_CHARS])


def check_dates(terms: Terms, dated: date) -> None:
    """Raise InvalidInput("terms.past") when the loan would be paid out before the contract is made."""
    drawdown = terms.plan().drawdown
    if drawdown < dated:
        raise InvalidInput(
            "terms.past",
            f"terms.repayment.drawdown: expected {dated} or later, the day of the contract, got {drawdown}",
            field="terms.repayment.drawdown",
        )


def cost_of(terms: Terms, rows: tuple[Instalment, ...]) -> Cost:
    """Return the cost of a loan by its schedule; raise InvalidInput("terms.schedule") when it has none that makes sense."""
    once = sum(fee.amount.minor for fee in terms.fees if fee.charged is Charged.AT_DRAWDOWN)
    each = sum(fee.amount.minor for fee in terms.fees if fee.charged is Charged.EACH_INSTALMENT)
    payments = [Payment(row.due, row.amount + each) for row in rows]
    rate = effective_annual_rate(terms.amount.minor - once, terms.plan().drawdown, payments)
    return Cost(interest=sum(row.interest for row in rows), fees=once + each * len(rows), effective_rate=str(rate))


def contract_facts(contract: Contract, is_business_day: IsBusinessDay) -> dict[str, Json]:
    """Return the input "facts" of a template; raise InvalidInput("terms.schedule") when the terms make no schedule."""
    draft, terms = contract.draft, contract.draft.terms
    rows = make_schedule(terms.plan(), is_business_day)
    shown_hash = terms.sha256().hex()
    return {
        "number": contract.number,
        "agreement": contract.agreement,
        "dated": _day(contract.dated),
        "language": draft.language,
        "draft": contract.reading_code is None,
        "reading-code": contract.reading_code,
        "nonce": contract.nonce.hex(),
        "terms-hash": shown_hash,
        "qr-text": f"{contract.number} {contract.agreement} terms:{shown_hash}",
        "lender": draft.lender.to_json(),
        "parties": [party.to_json() for party in draft.parties],
        "borrowers": [party.to_json() for party in draft.parties if party.role == SignerRole.BORROWER],
        **_loan(terms, rows),
        **_security(terms),
        "schedule": [_row(row, terms.amount.currency) for row in rows],
    }


def _loan(terms: Terms, rows: tuple[Instalment, ...]) -> dict[str, Json]:
    currency, plan, cost = terms.amount.currency, terms.plan(), cost_of(terms, rows)
    each = sum(fee.amount.minor for fee in terms.fees if fee.charged is Charged.EACH_INSTALMENT)
    paid = sum(row.amount for row in rows)

    def money(minor: int) -> str:
        return written(minor, currency)

    return {
        "currency": currency,
        "principal": money(terms.amount.minor),
        "words-zh": in_chinese_capitals(terms.amount.minor) if currency == "CNY" else None,
        "purpose": terms.purpose,
        "annual-rate": terms.annual_rate,
        "late-rate": terms.late_rate,
        "effective-rate": cost.effective_rate,
        "months": str(terms.term_months),
        "every-months": str(plan.every_months),
        "instalments": str(plan.instalments),
        "method": plan.method.value,
        "day-count": plan.day_count.value,
        "business-days": plan.business_days.value,
        "drawdown": _day(plan.drawdown),
        "first-due": _day(rows[0].due),
        "last-due": _day(rows[-1].due),
        "first-amount": money(rows[0].amount + each),
        "last-amount": money(rows[-1].amount + each),
        "fee-each": money(each) if each else None,
        "total-interest": money(cost.interest),
        "total-fees": money(cost.fees),
        "total-paid": money(paid + cost.fees),
        "totals": [money(paid), money(cost.interest), money(terms.amount.minor)],
        "fees": [
            {"kind": fee.kind.value, "amount": money(fee.amount.minor), "charged": fee.charged.value}
            for fee in terms.fees
        ],
    }


def _security(terms: Terms) -> dict[str, Json]:
    currency, guarantee = terms.amount.currency, terms.guarantee
    return {
        "guarantee": {
            "kind": guarantee.kind.value,
            "months": str(guarantee.months),
            "limit": written(guarantee.limit.minor, currency) if guarantee.limit else None,
        }
        if guarantee
        else None,
        "collateral": [
            {
                "kind": item.kind.value,
                "description": item.description,
                "owner": item.owner,
                "value": written(item.value.minor, currency) if item.value else None,
            }
            for item in terms.collateral
        ],
    }


def _row(row: Instalment, currency: str) -> list[Json]:
    amounts = (row.amount, row.interest, row.principal, row.outstanding)
    return [str(row.number), row.due.isoformat(), *(written(amount, currency) for amount in amounts)]


def _day(day: date) -> dict[str, Json]:
    return {"zh": f"{day.year}年{day.month}月{day.day}日", "en": f"{day.day} {_MONTHS[day.month - 1]} {day.year}"}
