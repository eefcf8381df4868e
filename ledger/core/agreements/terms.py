"""The terms of a loan contract, as typed values (DESIGN sections 1 and 5).

Promises: a value of these types has passed every rule; money is integer minor units with a currency, never a float.
Leaves to others: what the PDF shows, and the parties (parties.py).
"""

import re
from dataclasses import dataclass

from ledger.core.agreements.strict_fields import exactly, invalid, matching
from signing.canonical import Json, encode
from signing.envelope import tagged_hash

MAX_MINOR_DIGITS = 18  # fits a signed 64-bit integer, a thousand times the largest loan on record
MAX_TERM_MONTHS = 600

_PRODUCT = re.compile(r"[a-z][a-z0-9-]{1,62}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_MINOR = re.compile(rf"[1-9][0-9]{{0,{MAX_MINOR_DIGITS - 1}}}")
_RATE = re.compile(r"(0|[1-9][0-9]{0,2})(\.[0-9]{1,6})?")


@dataclass(frozen=True)
class Money:
    """An amount in minor units (fen, cents) of an ISO 4217 currency."""

    currency: str
    minor: int

    def to_json(self) -> dict[str, Json]:
        return {"currency": self.currency, "minor": str(self.minor)}


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The machine-readable terms of one loan contract; `annual_rate` is a percentage as a decimal string."""

    product: str
    amount: Money
    term_months: int
    annual_rate: str

    def to_json(self) -> dict[str, Json]:
        return {
            "product": self.product,
            "amount": self.amount.to_json(),
            "term_months": self.term_months,
            "annual_rate": self.annual_rate,
        }

    def sha256(self) -> bytes:
        """Return the 32-byte terms hash that signers bind: tagged SHA-256 ("terms") over the canonical JSON."""
        return tagged_hash("terms", encode(self.to_json()))


def parse_terms(value: Json) -> Terms:
    """Return the Terms of a JSON object; raise InvalidInput("terms.invalid") naming the field."""
    fields = exactly(value, ("product", "amount", "term_months", "annual_rate"), "terms")
    months = fields["term_months"]
    if type(months) is not int or not 1 <= months <= MAX_TERM_MONTHS:
        raise invalid("terms.term_months", f"expected a whole number of months from 1 to {MAX_TERM_MONTHS}")
    return Terms(
        product=matching(fields["product"], _PRODUCT, "terms.product", "a product name such as personal-instalment"),
        amount=_parse_money(fields["amount"]),
        term_months=months,
        annual_rate=matching(
            fields["annual_rate"], _RATE, "terms.annual_rate", 'a percentage as a string, such as "4.35"'
        ),
    )


def _parse_money(value: Json) -> Money:
    fields = exactly(value, ("currency", "minor"), "terms.amount")
    minor = matching(
        fields["minor"], _MINOR, "terms.amount.minor", 'minor units as a string, such as "5000000" for 50,000.00'
    )
    currency = matching(fields["currency"], _CURRENCY, "terms.amount.currency", "an ISO 4217 code such as CNY")
    return Money(currency, int(minor))
