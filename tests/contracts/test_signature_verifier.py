"""SignatureVerifier on the contracts' own chain: accounts that are contracts (ERC-1271), and what each check costs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ape.api import AccountAPI
from ape.contracts import ContractInstance
from ape.managers.chain import ChainManager
from conftest import container

from compile_contracts import compile_contract
from signing.statement import Statement
from signing.typed_data import typed_digest
from support.pen_cases import ONE_TIME, ORIGIN, PASSKEY, WALLET, cases, statement_for
from toolchain import ensure

ROOT = Path(__file__).resolve().parents[2]
ARTIFACT = ROOT / "ledger" / "chain" / "artifacts" / "SignatureVerifier.json"


@pytest.fixture(scope="module")
def verifier(accounts: list[AccountAPI]) -> ContractInstance:
    """The committed artifact, deployed by an account of its own."""
    return container(json.loads(ARTIFACT.read_text())).deploy(sender=accounts[8])


@pytest.fixture(scope="module")
def account(accounts: list[AccountAPI]) -> ContractInstance:
    """A contract whose owner is the wallet of the table."""
    code = container(compile_contract("test/ContractAccount", ensure()["solc"]))
    return code.deploy("0x" + WALLET.address.hex(), sender=accounts[8])


@pytest.fixture(scope="module")
def statement(chain: ChainManager) -> Statement:
    return statement_for(WALLET.public, chain_id=chain.chain_id)


def fields(statement: Statement) -> tuple[object, ...]:
    return tuple(field.value for field in statement.typed_data()[2])


def signed(statement: Statement) -> bytes:
    return WALLET.sign_digest(typed_digest(*statement.typed_data()))


def test_account_that_is_a_contract_signs_by_its_own_word(
    verifier: ContractInstance, account: ContractInstance, statement: Statement
) -> None:
    assert verifier.verifyWallet(fields(statement), signed(statement), account.address)


def test_contract_s_word_is_no_for_another_statement_or_owner(
    verifier: ContractInstance, account: ContractInstance, statement: Statement
) -> None:
    other = statement_for(WALLET.public, chain_id=statement.chain_id, agreement="another")
    assert not verifier.verifyWallet(fields(other), signed(statement), account.address)
    assert not verifier.verifyWallet(fields(statement), b"", account.address)
    assert not verifier.verifyWallet(fields(statement), signed(statement)[:64], account.address)


def test_contract_that_knows_no_signatures_signs_nothing(verifier: ContractInstance, statement: Statement) -> None:
    assert not verifier.verifyWallet(fields(statement), signed(statement), verifier.address)


def test_account_without_code_and_zero_sign_nothing(verifier: ContractInstance, statement: Statement) -> None:
    assert not verifier.verifyWallet(fields(statement), bytes(65), "0x" + "00" * 20)
    assert not verifier.verifyWallet(fields(statement), signed(statement) + b"\x00", "0x" + WALLET.address.hex())


def test_documented_gas_of_each_check_is_the_measured_one(
    verifier: ContractInstance, statement: Statement, accounts: list[AccountAPI]
) -> None:
    sound = {case.name: case for case in cases() if not case.refusal}
    passkey, once = sound["passkey: as a browser makes it"], sound["one-time key: as it is made"]
    raw = PASSKEY.public.raw
    sender = accounts[8]
    rows = {
        "verifyPasskey, without the precompile": verifier.verifyPasskey.transact(
            passkey.statement.digest, passkey.signature.value, (raw[:32], raw[32:64], raw[64:]), ORIGIN, sender=sender
        ),
        "verifyOneTimeKey, without the precompile": verifier.verifyOneTimeKey.transact(
            once.statement.to_bytes(),
            once.signature.value,
            ONE_TIME.public.raw[:32],
            ONE_TIME.public.raw[32:],
            sender=sender,
        ),
        "verifyWallet, an account by ECDSA": verifier.verifyWallet.transact(
            fields(statement), signed(statement), "0x" + WALLET.address.hex(), sender=sender
        ),
    }
    fresh = "".join(f"| {call} | {receipt.gas_used:,} |\n" for call, receipt in rows.items())
    measured = ROOT / ".build" / "gas-verifier.md"
    measured.write_text(fresh)
    assert fresh in (ROOT / "docs" / "gas.md").read_text(), f"docs/gas.md is stale: put in the rows of {measured}"
