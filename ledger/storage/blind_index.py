"""Keyed digests for search: equal values meet, and nobody without the institution's key learns or tests a value.

Promises: HMAC-SHA256 over kind and normalised value, each with its length; a name is folded here, so that every writer, search and audit
agree. Leaves normalising of everything else to the caller and rows to `blind_indexes`. DESIGN 3.
"""

import hmac
from hashlib import sha256

from ledger.core.log.folded_name import folded_name
from ledger.errors import InvalidInput

TAG = b"tally/blind-index/v1\n"
KEY_BYTES = 32
NAME = "name"


def blind(key: bytes, kind: str, normalised: str) -> bytes:
    """Return the 32-byte digest under which `normalised` (a name, phone, id or number of that kind) is found."""
    if len(key) != KEY_BYTES:
        raise InvalidInput("blind-index.key", f"expected a key of {KEY_BYTES} bytes, got {len(key)}")
    value = folded_name(normalised) if kind == NAME else normalised
    parts = (kind.encode(), value.encode())
    message = TAG + b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return hmac.new(key, message, sha256).digest()
