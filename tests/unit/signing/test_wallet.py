"""A wallet shows that it holds its account: for this agreement, signer, challenge and chain only."""

import pytest

from signing.algorithms import Suite
from signing.errors import VerificationFailed
from signing.keys.signer import EvmSigner, open_signer
from signing.typed_data import typed_digest
from signing.wallet import Possession, possession, read_wallet

WALLET = open_signer(Suite.EIP712, bytes(range(1, 33)), purpose="signer")
OTHER = open_signer(Suite.EIP712, bytes(range(2, 34)), purpose="signer")
SHOWN = possession("agreement-1", "signer-1", b"c" * 32, 7)


def signed(shown: Possession = SHOWN) -> bytes:
    assert isinstance(WALLET, EvmSigner)
    return WALLET.sign_digest(typed_digest(*shown))


def test_account_that_signed_is_the_key() -> None:
    assert read_wallet(SHOWN, WALLET.public.raw, signed()) == WALLET.public


@pytest.mark.parametrize(
    "shown",
    [
        possession("agreement-2", "signer-1", b"c" * 32, 7),
        possession("agreement-1", "signer-2", b"c" * 32, 7),
        possession("agreement-1", "signer-1", b"d" * 32, 7),
        possession("agreement-1", "signer-1", b"c" * 32, 8),
    ],
)
def test_signature_for_anything_else_is_refused(shown: Possession) -> None:
    with pytest.raises(VerificationFailed) as refused:
        read_wallet(SHOWN, WALLET.public.raw, signed(shown))
    assert refused.value.code in {"wallet.not-held", "signature.invalid"}


def test_another_account_and_a_malformed_signature_are_refused() -> None:
    with pytest.raises(VerificationFailed) as other:
        read_wallet(SHOWN, OTHER.public.raw, signed())
    assert other.value.code == "wallet.not-held"
    with pytest.raises(VerificationFailed) as malformed:
        read_wallet(SHOWN, WALLET.public.raw, b"\1" * 64)
    assert malformed.value.code == "signature.malformed"
