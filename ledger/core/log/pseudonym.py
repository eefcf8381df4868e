"""Names under which people appear in entries: one per subject, so that entries of two subjects cannot be joined (DESIGN section 3)."""

import hmac

from signing.envelope import tagged_bytes

_PSEUDONYM_HEX = 32  # 128 bits: no two people of one subject collide, and the key keeps them from being guessed


def pseudonym(key: bytes, *, subject_kind: str, subject_id: str, person_id: str) -> str:
    """Return the 32 hex digits under which `person_id` appears in entries of this subject."""
    payload = f"{subject_kind}\n{subject_id}\n{person_id}".encode()
    return hmac.digest(key, tagged_bytes("pseudonym", payload), "sha256").hex()[:_PSEUDONYM_HEX]
