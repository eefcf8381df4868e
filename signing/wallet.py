"""A wallet shows that it holds its account, before the account becomes somebody's pen (EIP-712).

Promises: what the wallet signs names the agreement, the signer and a fresh challenge, and can never be taken for a statement.
Leaves to others: whether the challenge was ours and fresh, who the person is.
"""

from signing.algorithms import PublicKey, Suite, recover_address
from signing.errors import VerificationFailed
from signing.typed_data import Domain, Field, typed_digest

Possession = tuple[Domain, str, tuple[Field, ...]]


def possession(agreement: str, signer: str, challenge: bytes, chain_id: int) -> Possession:
    """Return the typed data that a wallet signs in order to be enrolled; the challenge has 32 bytes."""
    fields = (
        Field("agreement", "string", agreement),
        Field("signer", "string", signer),
        Field("challenge", "bytes32", challenge),
    )
    return Domain("Tallystick", "1", chain_id, None), "WalletEnrolment", fields


def read_wallet(shown: Possession, account: bytes, signature: bytes) -> PublicKey:
    """Return the key of the account that made this signature; raise VerificationFailed("wallet.not-held" | "signature.…")."""
    if recover_address(typed_digest(*shown), signature) != account:
        raise VerificationFailed(
            "wallet.not-held",
            "expected a signature by the account that the wallet named; choose that account and try again",
        )
    return PublicKey(Suite.EIP712, account)
