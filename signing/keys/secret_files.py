"""The installation's symmetric secrets in files: 32 random bytes each, for one purpose, never shown and never signed with.

Promises: what `sealed_file` promises. Leaves to others: where files and passphrases are kept, and backups: a lost secret file
makes what it opened unreadable for ever.
Format: `tally/secret-file/v1`.
"""

import secrets
from pathlib import Path
from typing import Final

from signing.errors import InvalidEncoding, KeyUnavailable
from signing.keys.sealed_file import (
    SECRET_BYTES,
    Header,
    check_made_for,
    check_passphrase,
    parse_header,
    read_private,
    seal,
    unseal,
    write_new,
)

SECRET_PURPOSES: Final = frozenset(
    {"local-authority", "record-keys", "pseudonyms", "search", "key-ceremony", "own-listings"}
)

_KIND = "secret-file"


def create_secret(path: Path, *, purpose: str, passphrase: bytes) -> bytes:
    """Make 32 random bytes, write their file (mode 0600, never over an existing one, synced to disk) and return them.

    Raises KeyUnavailable: key.wrong-purpose, key.no-passphrase, key.exists, key.not-written.
    """
    if purpose not in SECRET_PURPOSES:
        raise KeyUnavailable(
            "key.wrong-purpose", f"expected one of {', '.join(sorted(SECRET_PURPOSES))}, got {purpose[:40]!r}"
        )
    check_passphrase(passphrase)
    secret = secrets.token_bytes(SECRET_BYTES)
    write_new(path, seal(_KIND, {"purpose": purpose}, secret, passphrase))
    return secret


def load_secret(path: Path, *, purpose: str, passphrase: bytes) -> bytes:
    """Return the secret of this file, which must have been made for this purpose.

    Raises KeyUnavailable: key.missing, key.unreadable, key.exposed, key.malformed, key.wrong-purpose, key.wrong-passphrase,
    key.no-passphrase.
    """
    check_passphrase(passphrase)
    header = _parse(path)
    check_made_for(purpose, header, path)
    return unseal(_KIND, header, passphrase)


def read_secret_purpose(path: Path) -> str:
    """Return the purpose as the file states it, unauthenticated: `load_secret` is the check."""
    return str(_parse(path)["purpose"])


def _parse(path: Path) -> Header:
    try:
        return parse_header(_KIND, read_private(path), frozenset())
    except InvalidEncoding as error:
        raise KeyUnavailable("key.malformed", f"expected a secret file (tally/{_KIND}/v1): {error.message}") from error
