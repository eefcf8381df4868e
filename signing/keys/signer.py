"""Private keys that are open in memory, each made for one purpose.

Promises: signatures in the one accepted encoding of their suite; a key never shows in a repr or a pickle.
Leaves to others: where keys are kept (files), what is signed, and wiping memory (Python cannot).
"""

from typing import NoReturn, Protocol, TypeAlias

from coincurve import PrivateKey as CurveScalar
from coincurve.ecdsa import der_to_cdata, serialize_compact
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signing.algorithms import PublicKey, Suite, address_of
from signing.errors import InvalidEncoding

_DIGEST_BYTES = 32
_SECRET_BYTES = 32
_WALLET_V_BASE = 27


class Signer(Protocol):
    """A key that signs bytes; `purpose` is the only thing it was made for."""

    @property
    def public(self) -> PublicKey: ...

    @property
    def purpose(self) -> str: ...

    def sign(self, message: bytes) -> bytes:
        """Return the signature of `message` in the encoding of `public.suite`."""
        ...


class _Sealed:
    """Keeps the secret out of reprs and pickles, which end in logs, caches and other processes."""

    def __init__(self, public: PublicKey, purpose: str) -> None:
        self.public = public
        self.purpose = purpose

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.purpose} {self.public.key_id}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("expected a private key to stay in this process: load it from its file instead of pickling it")


class Ed25519Signer(_Sealed):
    """Signs bytes with Ed25519 (64 bytes)."""

    def __init__(self, secret: bytes, *, purpose: str) -> None:
        _check_secret(secret)
        self._key = Ed25519PrivateKey.from_private_bytes(secret)
        super().__init__(PublicKey(Suite.ED25519, self._key.public_key().public_bytes_raw()), purpose)

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


class Secp256k1Signer(_Sealed):
    """Signs SHA-256 of bytes with ECDSA on secp256k1 (64 bytes r||s, low s, nonce of RFC 6979)."""

    def __init__(self, secret: bytes, *, purpose: str) -> None:
        self._key = _scalar(secret)
        super().__init__(PublicKey(Suite.SECP256K1, self._key.public_key.format()), purpose)

    def sign(self, message: bytes) -> bytes:
        return bytes(serialize_compact(der_to_cdata(self._key.sign(message))))


class EvmSigner(_Sealed):
    """Signs 32-byte digests as an Ethereum account does (65 bytes r||s||v, low s, v 27 or 28)."""

    def __init__(self, secret: bytes, *, purpose: str) -> None:
        self._key = _scalar(secret)
        super().__init__(PublicKey(Suite.EIP712, address_of(self._key.public_key.format())), purpose)

    @property
    def address(self) -> bytes:
        return self.public.raw

    def sign_digest(self, digest: bytes) -> bytes:
        """Return the signature of a digest: EIP-712 (`typed_digest`) or the signing hash of a transaction."""
        if len(digest) != _DIGEST_BYTES:
            raise InvalidEncoding(
                "signature.malformed", f"expected a digest of {_DIGEST_BYTES} bytes, got {len(digest)}"
            )
        signature = bytes(self._key.sign_recoverable(digest, hasher=None))
        return signature[:64] + bytes([signature[64] + _WALLET_V_BASE])

    def dangerously_export(self) -> bytes:
        """Return the secret of 32 bytes, for a library that builds and signs a transaction itself; keep it no longer than that call."""
        return bytes(self._key.secret)


AnySigner: TypeAlias = Ed25519Signer | Secp256k1Signer | EvmSigner


def open_signer(suite: Suite, secret: bytes, *, purpose: str) -> AnySigner:
    """Return the signer of a 32-byte secret; raise InvalidEncoding("key.malformed") for one that is no key of the suite."""
    if suite is Suite.ED25519:
        return Ed25519Signer(secret, purpose=purpose)
    if suite is Suite.SECP256K1:
        return Secp256k1Signer(secret, purpose=purpose)
    if suite is Suite.EIP712:
        return EvmSigner(secret, purpose=purpose)
    raise InvalidEncoding(
        "key.malformed", f"expected a suite whose secrets we hold, got {suite}: a browser makes that one"
    )


def _scalar(secret: bytes) -> CurveScalar:
    _check_secret(secret)
    try:
        return CurveScalar(secret)
    except ValueError as error:
        raise InvalidEncoding("key.malformed", "expected a secret between 1 and the order of secp256k1") from error


def _check_secret(secret: bytes) -> None:
    if len(secret) != _SECRET_BYTES:
        raise InvalidEncoding("key.malformed", f"expected a secret of {_SECRET_BYTES} bytes, got {len(secret)}")
