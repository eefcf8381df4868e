"""Signatures over statements and tagged bytes, by each pen."""

import subprocess
import sys
from dataclasses import replace

import pytest
from eth_account import Account

from signing.algorithms import PublicKey, Suite
from signing.envelope import Signature, tagged_bytes
from signing.errors import VerificationFailed
from signing.keys.signer import Ed25519Signer, EvmSigner, Secp256k1Signer
from signing.statement import Statement
from signing.statement_parts import Head, SeenCheckpoint
from signing.typed_data import typed_data_json, typed_digest
from signing.verify import check_bytes_signature, check_statement_signature

SECRET = bytes(range(1, 33))
ED25519 = Ed25519Signer(SECRET, purpose="signer")
SECP256K1 = Secp256k1Signer(SECRET, purpose="signer")
WALLET = EvmSigner(SECRET, purpose="signer")


def statement_for(key: PublicKey) -> Statement:
    return Statement(
        agreement="0193b2a4-7c1e-7d2a-9f00-5a1b2c3d4e5f",
        document_sha256=b"\x01" * 32,
        document_bytes=1,
        terms_sha256=b"\x02" * 32,
        consent_sha256=b"\x03" * 32,
        signer="p-7f31",
        role="borrower",
        key_id=key.key_id,
        head=Head(1, b"\x04" * 32),
        checkpoint=SeenCheckpoint(1, b"\x05" * 32),
        chain_id=1,
        log="log.example/harbour",
        nonce=b"\x06" * 32,
        expires_at="2026-11-23T15:04:05.123Z",
    )


def signed(statement: Statement, signer: Ed25519Signer | Secp256k1Signer | EvmSigner) -> Signature:
    if isinstance(signer, EvmSigner):
        value = signer.sign_digest(typed_digest(*statement.typed_data()))
    else:
        value = signer.sign(statement.to_bytes())
    return Signature(signer.public.suite, signer.public.key_id, value)


@pytest.mark.parametrize("signer", [ED25519, SECP256K1, WALLET], ids=lambda signer: signer.public.suite)
def test_statement_signed_by_its_own_key_passes_and_no_other_statement_does(
    signer: Ed25519Signer | Secp256k1Signer | EvmSigner,
) -> None:
    statement = statement_for(signer.public)
    signature = signed(statement, signer)
    check_statement_signature(statement, signature, signer.public)

    for other in (
        replace(statement, document_bytes=2),
        replace(statement, role="guarantor"),
        replace(statement, chain_id=2),
    ):
        assert refusal(other, signature, signer.public) == "signature.invalid"


def test_statement_signed_in_a_wallet_passes() -> None:
    statement = statement_for(WALLET.public)
    made = Account.from_key(SECRET).sign_typed_data(full_message=typed_data_json(*statement.typed_data()))

    check_statement_signature(
        statement, Signature(Suite.EIP712, WALLET.public.key_id, bytes(made.signature)), WALLET.public
    )


def test_signature_by_a_key_that_the_statement_does_not_name_is_refused() -> None:
    statement = statement_for(SECP256K1.public)

    assert refusal(statement, signed(statement, ED25519), ED25519.public) == "signature.wrong-key"


def test_signature_that_names_another_key_than_the_statement_is_refused() -> None:
    statement = statement_for(ED25519.public)
    foreign = replace(signed(statement, ED25519), key_id="ed25519:" + "00" * 16)

    assert refusal(statement, foreign, ED25519.public) == "signature.wrong-key"


@pytest.mark.parametrize("signer", [ED25519, SECP256K1], ids=lambda signer: signer.public.suite)
def test_bytes_pass_under_their_kind_and_under_no_other(signer: Ed25519Signer | Secp256k1Signer) -> None:
    signature = Signature(signer.public.suite, signer.public.key_id, signer.sign(tagged_bytes("directory", b"{}")))
    check_bytes_signature("directory", b"{}", signature, signer.public)

    for kind, payload in (("statement", b"{}"), ("directory", b"[]")):
        with pytest.raises(VerificationFailed) as caught:
            check_bytes_signature(kind, payload, signature, signer.public)
        assert caught.value.code == "signature.invalid"


def test_wallet_signature_over_bytes_is_refused() -> None:
    with pytest.raises(VerificationFailed) as caught:
        check_bytes_signature(
            "directory", b"{}", Signature(Suite.EIP712, WALLET.public.key_id, bytes(65)), WALLET.public
        )

    assert caught.value.code == "signature.wrong-suite"


def test_verifying_loads_neither_wallet_nor_chain_libraries() -> None:
    code = "import sys, signing.verify; print(sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout

    for heavy in ("eth_account", "eth_keys", "web3", "Crypto", "pycparser", "pikepdf", "typst"):
        assert f"'{heavy}'" not in loaded


def refusal(statement: Statement, signature: Signature, key: PublicKey) -> str:
    with pytest.raises(VerificationFailed) as caught:
        check_statement_signature(statement, signature, key)
    return caught.value.code
