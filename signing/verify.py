"""Whether a signature covers a statement or tagged bytes: the one place where keys, signatures and bytes meet.

Promises: returns only when the signature holds; every way to fail raises VerificationFailed with a stable code. Imports
nothing slow, so that an offline verifier starts quickly.
Leaves to others: whether the key belonged to the person, whether it was revoked, whether the statement had expired.
"""

from typing import Protocol

from signing.algorithms import PublicKey, Suite, check_ed25519, check_secp256k1, recover_address
from signing.envelope import Signature, tagged_bytes
from signing.errors import VerificationFailed
from signing.p256 import check_p256
from signing.typed_data import Domain, Field, typed_digest
from signing.webauthn import check_webauthn


class Signable(Protocol):
    """A statement of any kind: who is to sign it, its bytes, its challenge, and what a wallet shows."""

    @property
    def key_id(self) -> str: ...
    def to_bytes(self) -> bytes: ...
    @property
    def digest(self) -> bytes: ...
    def typed_data(self) -> tuple[Domain, str, tuple[Field, ...]]: ...


_STATEMENTS_ONLY = frozenset({Suite.EIP712, Suite.WEBAUTHN, Suite.P256})


def check_statement_signature(statement: Signable, signature: Signature, key: PublicKey) -> None:
    """Pass when `key` is the key that the statement names and made this signature over it.

    ed25519, secp256k1 and p256 sign `statement.to_bytes()`, eip712 the digest of `statement.typed_data()`, webauthn
    `statement.digest` as its challenge; on whose pages a passkey was used is the caller's to judge (webauthn.check_origin).
    Raises VerificationFailed: signature.wrong-key, signature.invalid, signature.malformed, signature.not-low-s, passkey.….
    """
    if statement.key_id != key.key_id:
        raise VerificationFailed(
            "signature.wrong-key", f"expected a signature by {statement.key_id}, got the key {key.key_id}"
        )
    _check_named(signature, key)
    if key.suite is Suite.EIP712:
        _check_wallet(typed_digest(*statement.typed_data()), signature, key)
    elif key.suite is Suite.WEBAUTHN:
        check_webauthn(key.raw, statement.digest, signature.value)
    else:
        _check_message(statement.to_bytes(), signature, key)


def check_bytes_signature(kind: str, payload: bytes, signature: Signature, key: PublicKey) -> None:
    """Pass when `key` made this signature over `tagged_bytes(kind, payload)`; a pen that signs statements only is refused."""
    _check_named(signature, key)
    if key.suite in _STATEMENTS_ONLY:
        raise VerificationFailed(
            "signature.wrong-suite", f"expected an ed25519 or secp256k1 signature over {kind}, got {key.suite}"
        )
    _check_message(tagged_bytes(kind, payload), signature, key)


def _check_named(signature: Signature, key: PublicKey) -> None:
    if signature.key_id != key.key_id:
        raise VerificationFailed(
            "signature.wrong-key", f"expected a signature by {key.key_id}, got one by {signature.key_id}"
        )


def _check_message(message: bytes, signature: Signature, key: PublicKey) -> None:
    if key.suite is Suite.ED25519:
        check_ed25519(key.raw, message, signature.value)
    elif key.suite is Suite.P256:
        check_p256(key.raw, message, signature.value)
    else:
        check_secp256k1(key.raw, message, signature.value)


def _check_wallet(digest: bytes, signature: Signature, key: PublicKey) -> None:
    if recover_address(digest, signature.value) != key.raw:
        raise VerificationFailed("signature.invalid", "this wallet signature is not of this statement by this address")
