"""Keyed digests for search: equal values meet, and nobody without the institution's key learns or tests a value.

Promises: HMAC-SHA256 over kind and normalised value, each with its length. Leaves normalising to the caller and rows to
`blind_indexes`. DESIGN 3.
"""

import hmac
from hashlib import sha256

from ledger.errors import InvalidInput

TAG = b"tally/blind-index/v1\n"
KEY_BYTES = 32


def blind(key: bytes, kind: str, normalised: str) -> bytes:
    """Return the 32-byte digest under which `normalised` (a name, phone, id or number of that kind) is found."""
    if len(key) != KEY_BYTES:
        raise InvalidInput("blind-index.key", f"expected a key of {KEY_BYTES} bytes, got {len(key)}")
    parts = (kind.encode(), normalised.encode())
    message = TAG + b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return hmac.new(key, message, sha256).digest()
