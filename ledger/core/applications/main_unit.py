"""Amounts in the main unit of their currency, as people write them: exact, by the decimals of ISO 4217."""

from collections.abc import Mapping
from decimal import Decimal

# ISO 4217: the currencies whose smallest unit is not a hundredth.
_PLACES: Mapping[str, int] = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI"), 0),
    **dict.fromkeys(("VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


def decimal_places(currency: str) -> int:
    """Return how many decimals an amount of a currency has."""
    return _PLACES.get(currency, 2)


def in_main_unit(currency: str, minor: int) -> str:
    """Return an amount such as `CNY 50,000.01` of its minor units."""
    return f"{currency} {Decimal(minor).scaleb(-decimal_places(currency)):,f}"
