"""Fixed keys for tests and for the examples in docs/formats. They are public: they protect nothing."""

from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core.log.note import ED25519, VerifierKey

ORIGIN = "log.lender.example/2026"


def private_key(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(sha256(b"published test key: " + name.encode()).digest())


def verifier_key(name: str = ORIGIN) -> VerifierKey:
    return VerifierKey(name, ED25519, private_key(name).public_key().public_bytes_raw())
