"""Addresses of contracts as people write them."""

from ledger.errors import InvalidInput

_BYTES = 20


def parse_address(text: str) -> bytes:
    """Return an address; raise InvalidInput("chain.bad-address")."""
    try:
        value = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        value = b""
    if len(value) != _BYTES:
        raise InvalidInput("chain.bad-address", "expected a contract's address as 0x and 40 hexadecimal digits")
    return value
