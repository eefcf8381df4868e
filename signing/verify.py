"""Whether a signature covers a statement or tagged bytes: the one place where keys, signatures and bytes meet.

Promises: returns only when the signature holds; every way to fail raises VerificationFailed with a stable code. Imports
nothing slow, so that an offline verifier starts quickly.
Leaves to others: whether the key belonged to the person, whether it was revoked, whether the statement had expired.
"""

from signing.algorithms import PublicKey, Suite, check_ed25519, check_secp256k1, recover_address
from signing.envelope import Signature, tagged_bytes
from signing.errors import VerificationFailed
from signing.statement import Statement
from signing.typed_data import typed_digest


def check_statement_signature(statement: Statement, signature: Signature, key: PublicKey) -> None:
    """Pass when `key` is the key that the statement names and made this signature over it.

    ed25519 and secp256k1 sign `statement.to_bytes()`, eip712 the digest of `statement.typed_data()`.
    Raises VerificationFailed: signature.wrong-key, signature.invalid, signature.malformed, signature.not-low-s.
    """
    if statement.key_id != key.key_id:
        raise VerificationFailed(
            "signature.wrong-key", f"expected a signature by {statement.key_id}, got the key {key.key_id}"
        )
    _check_named(signature, key)
    if key.suite is Suite.EIP712:
        _check_wallet(typed_digest(*statement.typed_data()), signature, key)
    else:
        _check_message(statement.to_bytes(), signature, key)


def check_bytes_signature(kind: str, payload: bytes, signature: Signature, key: PublicKey) -> None:
    """Pass when `key` made this signature over `tagged_bytes(kind, payload)`; a wallet key signs typed data only and is refused."""
    _check_named(signature, key)
    if key.suite is Suite.EIP712:
        raise VerificationFailed(
            "signature.wrong-suite", f"expected an ed25519 or secp256k1 signature over {kind}, got eip712"
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
    else:
        check_secp256k1(key.raw, message, signature.value)


def _check_wallet(digest: bytes, signature: Signature, key: PublicKey) -> None:
    if recover_address(digest, signature.value) != key.raw:
        raise VerificationFailed("signature.invalid", "this wallet signature is not of this statement by this address")
