"""The power of attorney under which a person signs for an organisation, checked at the time of signing (DESIGN section 5).

Promises: an authority that is missing, out of date, or too narrow for these terms is refused with a code that says which.
Leaves to others: whether the document is genuine (the lender's staff), and keeping it.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime

from ledger.core.agreements.currency import Money, parse_money
from ledger.core.agreements.people import Person, local_day
from ledger.core.agreements.strict_fields import day_of, exactly, invalid
from ledger.errors import NotAllowed
from signing.canonical import Json

MAX_PRODUCTS = 20
_CODE = "authority.invalid"
_PRODUCT = re.compile(r"[a-z][a-z0-9-]{1,62}")


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What the document covers: products (none named: every product), up to an amount, between two days, both included."""

    products: tuple[str, ...]
    limit: Money
    valid_from: date
    valid_until: date

    def to_json(self) -> dict[str, Json]:
        return {
            "products": list(self.products),
            "limit": self.limit.to_json(),
            "valid_from": self.valid_from.isoformat(),
            "valid_until": self.valid_until.isoformat(),
        }


def parse_scope(value: Json) -> Scope:
    """Return the Scope of {products, limit, valid_from, valid_until}; raise InvalidInput("authority.invalid") naming the field."""
    fields = exactly(value, ("products", "limit", "valid_from", "valid_until"), "authority", _CODE)
    first, last = (_day(fields[name], f"authority.{name}") for name in ("valid_from", "valid_until"))
    if last < first:
        raise invalid("authority.valid_until", "expected a day that is not before valid_from", _CODE)
    return Scope(
        products=_products(fields["products"]),
        limit=parse_money(fields["limit"], "authority.limit"),
        valid_from=first,
        valid_until=last,
    )


def check_authority(scope: Scope | None, person: Person, product: str, amount: Money, now: datetime) -> None:
    """Raise NotAllowed unless `scope` lets the person sign these terms on this day, in the person's own zone.

    Codes: authority.missing, authority.not-yet, authority.expired, authority.other-product, authority.too-small.
    """
    if person.acts_for is None:
        return
    if scope is None:
        raise _refused(
            "authority.missing", "this person signs for an organisation, and no power of attorney is attached"
        )
    day = local_day(person, now)
    if day < scope.valid_from:
        raise _refused("authority.not-yet", f"the power of attorney begins on {scope.valid_from}")
    if day > scope.valid_until:
        raise _refused("authority.expired", f"the power of attorney ended on {scope.valid_until}")
    if scope.products and product not in scope.products:
        raise _refused("authority.other-product", "the power of attorney does not cover this product")
    if scope.limit.currency != amount.currency or amount.minor > scope.limit.minor:
        raise _refused("authority.too-small", "the power of attorney does not cover this amount")


def _refused(code: str, message: str) -> NotAllowed:
    return NotAllowed(code, f"{message}; the lender attaches another before this person signs")


def _products(value: Json) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MAX_PRODUCTS:
        raise invalid("authority.products", f"expected a list of at most {MAX_PRODUCTS} product names", _CODE)
    if not all(isinstance(item, str) and _PRODUCT.fullmatch(item) for item in value):
        raise invalid("authority.products", "expected product names such as personal-instalment", _CODE)
    return tuple(str(item) for item in value)


def _day(value: Json, field: str) -> date:
    return day_of(value, field, "2026-12-31", _CODE)
