"""Encryption of private fields and their salts: AES-256-GCM, bound to the entry and the field they belong to.

Promises: a sealed value opens only under its record's key and only as the field it was sealed for. Leaves rows to
`vault_fields` and keys to `record_keys`. DESIGN 3.
"""

import os
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.errors import VerificationFailed

TAG = b"tally/vault-field/v1\n"
NONCE = 12  # random: a record seals far fewer fields than the 2^32 where that would become unsafe


def seal_field(
    key: bytes, value: bytes, *, entry_id: str, field: str, random: Callable[[int], bytes] = os.urandom
) -> bytes:
    """Return nonce and ciphertext of a field's canonical bytes under its record's 32-byte key."""
    nonce = random(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, value, _place(entry_id, field))


def unseal_field(key: bytes, sealed: bytes, *, entry_id: str, field: str) -> bytes:
    """Return the value; VerificationFailed("vault.wrong-key-or-altered") when it is not this field's under this key."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], _place(entry_id, field))
    except (InvalidTag, ValueError) as error:
        raise VerificationFailed(
            "vault.wrong-key-or-altered",
            f"expected field {field} of entry {entry_id} sealed under its record key, got other bytes or another key",
            field=field,
        ) from error


def _place(entry_id: str, field: str) -> bytes:
    entry, name = entry_id.encode(), field.encode()
    return b"".join((TAG, len(entry).to_bytes(8, "big"), entry, len(name).to_bytes(8, "big"), name))
