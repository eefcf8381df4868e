"""The terms of a loan contract, as typed values (DESIGN sections 1 and 5, docs/formats/terms.md).

Promises: a value of these types has passed every rule; money is integer minor units with a currency, never a float; the JSON is
read back as the same value, and its hash is what signers bind. Terms of an uploaded contract may be brief: what is absent stands
in the document alone. Leaves to others: what the PDF shows, the schedule (repayment), and the parties (parties).
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from ledger.core.agreements.currency import Money, parse_money
from ledger.core.agreements.day_count import DayCount
from ledger.core.agreements.repayment import BusinessDays, Method, Plan
from ledger.core.agreements.strict_fields import day_of, exactly, invalid, line_of, matching
from ledger.errors import InvalidInput
from signing.canonical import Json, encode
from signing.envelope import tagged_hash

MAX_TERM_MONTHS = 600
MAX_FEES = 8
MAX_COLLATERAL = 12
MAX_TEXT_CHARS = 300
LATEST_YEAR = 9000  # far from what dates can hold, so that no arithmetic leaves them

_PRODUCT = re.compile(r"[a-z][a-z0-9-]{1,62}")
_RATE = re.compile(r"(0|[1-9][0-9]{0,2})(\.[0-9]{1,6})?")
_RATE_EXPECTED = 'a percentage as a string, such as "4.35"'
REQUIRED = ("product", "amount", "term_months", "annual_rate")
OPTIONAL = ("repayment", "late_rate", "fees", "purpose", "guarantee", "collateral")
_REPAYMENT = ("method", "every_months", "day_count", "drawdown", "first_due")

_CODE = "terms.invalid"

Word = TypeVar("Word", bound=StrEnum)


class FeeKind(StrEnum):
    """What a fee is for."""

    ARRANGEMENT = "arrangement"
    SERVICE = "service"
    APPRAISAL = "appraisal"
    REGISTRATION = "registration"
    INSURANCE = "insurance"
    OTHER = "other"


class Charged(StrEnum):
    """When a fee is paid: once, kept back from the principal, or beside each instalment."""

    AT_DRAWDOWN = "at-drawdown"
    EACH_INSTALMENT = "each-instalment"


class GuaranteeKind(StrEnum):
    """How a guarantor answers: beside the borrower (连带责任保证), or after enforcement against the borrower failed (一般保证)."""

    JOINT = "joint"
    GENERAL = "general"


class CollateralKind(StrEnum):
    """What is given as security."""

    REAL_ESTATE = "real-estate"
    VEHICLE = "vehicle"
    EQUIPMENT = "equipment"
    RECEIVABLES = "receivables"
    DEPOSIT = "deposit"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Repayment:
    """How the loan is repaid; `every_months` is the length of a period."""

    method: Method
    every_months: int
    day_count: DayCount
    drawdown: date
    first_due: date
    business_days: BusinessDays | None = None  # absent: as they are

    def to_json(self) -> dict[str, Json]:
        value: dict[str, Json] = {
            "method": self.method.value,
            "every_months": self.every_months,
            "day_count": self.day_count.value,
            "drawdown": self.drawdown.isoformat(),
            "first_due": self.first_due.isoformat(),
        }
        return value | ({"business_days": self.business_days.value} if self.business_days else {})


@dataclass(frozen=True, kw_only=True)
class Fee:
    kind: FeeKind
    amount: Money
    charged: Charged

    def to_json(self) -> dict[str, Json]:
        return {"kind": self.kind.value, "amount": self.amount.to_json(), "charged": self.charged.value}


@dataclass(frozen=True, kw_only=True)
class Guarantee:
    """What the guarantors promise: up to `limit` where one is given, for `months` after the last due day."""

    kind: GuaranteeKind
    months: int
    limit: Money | None = None

    def to_json(self) -> dict[str, Json]:
        value: dict[str, Json] = {"kind": self.kind.value, "months": self.months}
        return value | ({"limit": self.limit.to_json()} if self.limit else {})


@dataclass(frozen=True, kw_only=True)
class Collateral:
    kind: CollateralKind
    description: str
    owner: str
    value: Money | None = None

    def to_json(self) -> dict[str, Json]:
        value: dict[str, Json] = {"kind": self.kind.value, "description": self.description, "owner": self.owner}
        return value | ({"value": self.value.to_json()} if self.value else {})


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The machine-readable terms of one loan contract; rates are percentages a year as decimal strings."""

    product: str
    amount: Money
    term_months: int
    annual_rate: str
    repayment: Repayment | None = None
    late_rate: str | None = None
    fees: tuple[Fee, ...] = ()
    purpose: str | None = None
    guarantee: Guarantee | None = None
    collateral: tuple[Collateral, ...] = ()

    def to_json(self) -> dict[str, Json]:
        value: dict[str, Json] = {
            "product": self.product,
            "amount": self.amount.to_json(),
            "term_months": self.term_months,
            "annual_rate": self.annual_rate,
        }
        optional: dict[str, Json] = {
            "repayment": self.repayment.to_json() if self.repayment else None,
            "late_rate": self.late_rate,
            "fees": [fee.to_json() for fee in self.fees] or None,
            "purpose": self.purpose,
            "guarantee": self.guarantee.to_json() if self.guarantee else None,
            "collateral": [item.to_json() for item in self.collateral] or None,
        }
        return value | {name: item for name, item in optional.items() if item is not None}

    def sha256(self) -> bytes:
        """Return the 32-byte terms hash that signers bind: tagged SHA-256 ("terms") over the canonical JSON."""
        return tagged_hash("terms", encode(self.to_json()))

    def plan(self) -> Plan:
        """Return what decides the schedule; raise InvalidInput("terms.incomplete") where the terms do not say it."""
        if self.repayment is None:
            raise InvalidInput("terms.incomplete", "terms.repayment: expected for a schedule", field="terms.repayment")
        repayment = self.repayment
        return Plan(
            principal=self.amount.minor,
            annual_rate=Fraction(self.annual_rate) / 100,
            term_months=self.term_months,
            method=repayment.method,
            every_months=repayment.every_months,
            day_count=repayment.day_count,
            drawdown=repayment.drawdown,
            first_due=repayment.first_due,
            business_days=repayment.business_days or BusinessDays.UNADJUSTED,
        )


def parse_terms(value: Json) -> Terms:
    """Return the Terms of a JSON object; raise InvalidInput("terms.invalid") naming the field."""
    fields = exactly(value, REQUIRED, "terms", optional=OPTIONAL)
    amount = parse_money(fields["amount"], "terms.amount")
    currency = amount.currency
    return Terms(
        product=matching(fields["product"], _PRODUCT, "terms.product", "a product name such as personal-instalment"),
        amount=amount,
        term_months=_months(fields["term_months"], "terms.term_months"),
        annual_rate=matching(fields["annual_rate"], _RATE, "terms.annual_rate", _RATE_EXPECTED),
        repayment=_repayment(fields["repayment"]) if "repayment" in fields else None,
        late_rate=matching(fields["late_rate"], _RATE, "terms.late_rate", _RATE_EXPECTED)
        if "late_rate" in fields
        else None,
        fees=tuple(
            _fee(item, currency, f"terms.fees[{place}]") for place, item in enumerate(_list(fields, "fees", MAX_FEES))
        ),
        purpose=printable(fields["purpose"], "terms.purpose") if "purpose" in fields else None,
        guarantee=_guarantee(fields["guarantee"], currency) if "guarantee" in fields else None,
        collateral=tuple(
            _collateral(item, currency, f"terms.collateral[{place}]")
            for place, item in enumerate(_list(fields, "collateral", MAX_COLLATERAL))
        ),
    )


def _repayment(value: Json) -> Repayment:
    field = "terms.repayment"
    fields = exactly(value, _REPAYMENT, field, optional=("business_days",))
    return Repayment(
        method=_one_of(Method, fields["method"], f"{field}.method"),
        every_months=_months(fields["every_months"], f"{field}.every_months"),
        day_count=_one_of(DayCount, fields["day_count"], f"{field}.day_count"),
        drawdown=_day(fields["drawdown"], f"{field}.drawdown"),
        first_due=_day(fields["first_due"], f"{field}.first_due"),
        business_days=_one_of(BusinessDays, fields["business_days"], f"{field}.business_days")
        if "business_days" in fields
        else None,
    )


def _fee(value: Json, currency: str, field: str) -> Fee:
    fields = exactly(value, ("kind", "amount", "charged"), field)
    return Fee(
        kind=_one_of(FeeKind, fields["kind"], f"{field}.kind"),
        amount=_same_currency(fields["amount"], currency, f"{field}.amount"),
        charged=_one_of(Charged, fields["charged"], f"{field}.charged"),
    )


def _guarantee(value: Json, currency: str) -> Guarantee:
    field = "terms.guarantee"
    fields = exactly(value, ("kind", "months"), field, optional=("limit",))
    return Guarantee(
        kind=_one_of(GuaranteeKind, fields["kind"], f"{field}.kind"),
        months=_months(fields["months"], f"{field}.months"),
        limit=_same_currency(fields["limit"], currency, f"{field}.limit") if "limit" in fields else None,
    )


def _collateral(value: Json, currency: str, field: str) -> Collateral:
    fields = exactly(value, ("kind", "description", "owner"), field, optional=("value",))
    return Collateral(
        kind=_one_of(CollateralKind, fields["kind"], f"{field}.kind"),
        description=printable(fields["description"], f"{field}.description"),
        owner=printable(fields["owner"], f"{field}.owner"),
        value=_same_currency(fields["value"], currency, f"{field}.value") if "value" in fields else None,
    )


def _same_currency(value: Json, currency: str, field: str) -> Money:
    money = parse_money(value, field)
    if money.currency != currency:
        raise invalid(f"{field}.currency", f"expected {currency}, the currency of the loan")
    return money


def _months(value: Json, field: str) -> int:
    if type(value) is not int or not 1 <= value <= MAX_TERM_MONTHS:
        raise invalid(field, f"expected a whole number of months from 1 to {MAX_TERM_MONTHS}")
    return value


def _one_of(words: type[Word], value: Json, field: str) -> Word:
    try:
        return words(str(value))
    except ValueError as error:
        raise invalid(field, f"expected one of {', '.join(words)}") from error


def _day(value: Json, field: str) -> date:
    day = day_of(value, field, "2026-12-31")
    if day.year > LATEST_YEAR:
        raise invalid(field, f"expected a year up to {LATEST_YEAR}")
    return day


def printable(value: Json, field: str, code: str = _CODE) -> str:
    """Return a text for print: one line of bounded length; raise InvalidInput(code) naming the field."""
    return line_of(value, MAX_TEXT_CHARS, field, code)


def _list(fields: dict[str, Json], name: str, most: int) -> list[Json]:
    if name not in fields:
        return []
    value = fields[name]
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        raise invalid(f"terms.{name}", f"expected a list of 1 to {most}; leave it out where there is none")
    return value
