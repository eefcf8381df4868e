"""`SignatureVerifier`: how to deploy it and ask it whether a signature covers a statement.

Promises: call data exactly as contracts/interfaces/ISignatureVerifier.sol says. The contract has no state: its address is a
convenience, and its verdict is that of signing.verify. Leaves to others: keys and statements (signing), sending (services).
"""

from ledger.chain.artifact import Artifact, load
from ledger.chain.client import ChainClient
from signing.algorithms import PublicKey, Suite
from signing.envelope import Signature
from signing.statement import Statement
from signing.webauthn import RP_HASH_BYTES

_WORD = 32


def artifact() -> Artifact:
    """Return the compiled contract."""
    return load("SignatureVerifier")


def creation_code() -> bytes:
    """Return the data of the transaction that deploys the contract."""
    return artifact().creation_code


def holds(client: ChainClient, verifier: bytes, statement: Statement, signature: Signature, *, key: PublicKey, origin: str) -> bool:  # fmt: skip  # noqa: PLR0913  # what is asked, of whom
    """Ask the contract whether `key` signed the statement; `origin` is of the page on which a passkey may have been used.

    Passkeys, one-time keys and wallets; another suite is answered with False, as nothing on chain checks it.
    """
    function, arguments = _call(statement, signature, key, origin)
    if not function:
        return False
    data = artifact().encode(function, *arguments)
    return bool(artifact().decode(function, client.call(verifier, data))[0])


def _call(statement: Statement, signature: Signature, key: PublicKey, origin: str) -> tuple[str, tuple[object, ...]]:
    if key.suite is Suite.WEBAUTHN:
        parts = (key.raw[:RP_HASH_BYTES], key.raw[RP_HASH_BYTES:-_WORD], key.raw[-_WORD:])
        return "verifyPasskey", (statement.digest, signature.value, parts, origin)
    if key.suite is Suite.P256:
        return "verifyOneTimeKey", (statement.to_bytes(), signature.value, key.raw[:_WORD], key.raw[_WORD:])
    if key.suite is Suite.EIP712:
        return "verifyWallet", (wallet_fields(statement), signature.value, "0x" + key.raw.hex())
    return "", ()


def wallet_fields(statement: Statement) -> tuple[object, ...]:
    """Return the struct that a wallet shows, in the order of its members."""
    return tuple(field.value for field in statement.typed_data()[2])
