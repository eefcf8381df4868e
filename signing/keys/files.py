"""Private keys in files: encrypted under a passphrase, made for one purpose, written once.

Promises: what `sealed_file` promises, with purpose, suite and public key authenticated together with the secret.
Leaves to others: where files and passphrases are kept, backups, hardware keys.
Format: `tally/key-file/v1`.
"""

import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from signing.algorithms import PublicKey, Suite
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
from signing.keys.signer import AnySigner, open_signer

_ANY = frozenset({Suite.ED25519, Suite.SECP256K1, Suite.EIP712})  # the others are made by browsers and authenticators
# What each purpose signs with: notes are Ed25519 (C2SP), what a contract checks is an EVM signature.
PURPOSES: Final[dict[str, frozenset[Suite]]] = {
    "log": frozenset({Suite.ED25519}),
    "log-evm": frozenset({Suite.EIP712}),
    "cosigner": frozenset({Suite.EIP712}),
    "sender": frozenset({Suite.EIP712}),
    "recovery": frozenset({Suite.EIP712}),
    "witness": frozenset({Suite.ED25519}),
    "evaluator": frozenset({Suite.ED25519}),
    "registry": frozenset({Suite.ED25519}),
    "blacklist-partner": frozenset({Suite.ED25519}),
    "consortium-voter": frozenset({Suite.EIP712}),
    "consortium-signer": frozenset({Suite.EIP712}),
    "institution": _ANY,
    "rules": frozenset({Suite.ED25519}),
    "signer": _ANY,
}

_KIND = "key-file"
_MEMBERS = frozenset({"suite", "public"})


def create_key(path: Path, *, purpose: str, suite: Suite, passphrase: bytes) -> AnySigner:
    """Make a new key, write its file (mode 0600, never over an existing one, synced to disk) and return it open.

    Raises KeyUnavailable: key.wrong-purpose, key.no-passphrase, key.exists, key.not-written.
    """
    _check_purpose(purpose, suite)
    check_passphrase(passphrase)
    secret = _new_secret(suite, purpose)
    signer = open_signer(suite, secret, purpose=purpose)
    members: Header = {"purpose": purpose, "suite": str(suite), "public": signer.public.raw.hex()}
    write_new(path, seal(_KIND, members, secret, passphrase))
    return signer


def load_key(path: Path, *, purpose: str, passphrase: bytes) -> AnySigner:
    """Return the key of this file, which must have been made for this purpose.

    Raises KeyUnavailable: key.missing, key.unreadable, key.exposed, key.malformed, key.wrong-purpose, key.wrong-passphrase,
    key.no-passphrase.
    """
    check_passphrase(passphrase)
    header, public = _parse(read_private(path))
    check_made_for(purpose, header, path)
    return open_signer(public.suite, unseal(_KIND, header, passphrase), purpose=purpose)


def read_public_key(path: Path) -> tuple[str, PublicKey]:
    """Return purpose and public key as the file states them, unauthenticated: `load_key` is the check."""
    header, public = _parse(read_private(path))
    return str(header["purpose"]), public


def _check_purpose(purpose: str, suite: Suite) -> None:
    if purpose not in PURPOSES:
        raise KeyUnavailable("key.wrong-purpose", f"expected one of {', '.join(PURPOSES)}, got {purpose[:40]!r}")
    if suite not in PURPOSES[purpose]:
        raise KeyUnavailable(
            "key.wrong-purpose", f"expected {' or '.join(sorted(PURPOSES[purpose]))} for {purpose}, got {suite}"
        )


def _new_secret(suite: Suite, purpose: str) -> bytes:
    while True:  # a random 32 bytes is no secp256k1 secret once in 2^128
        secret = secrets.token_bytes(SECRET_BYTES)
        with suppress(InvalidEncoding):
            open_signer(suite, secret, purpose=purpose)
            return secret


def _parse(data: bytes) -> tuple[Header, PublicKey]:
    try:
        header = parse_header(_KIND, data, _MEMBERS)
        public = PublicKey.from_json({"suite": header["suite"], "raw": header["public"]})
    except InvalidEncoding as error:
        raise KeyUnavailable("key.malformed", f"expected a key file (tally/{_KIND}/v1): {error.message}") from error
    return header, public
