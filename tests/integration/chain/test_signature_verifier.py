"""One table of valid and broken signatures, one verdict: Python, the page's script and the contract, with the precompile and without."""

import json
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ledger.chain import verifier
from ledger.chain.client import ChainClient
from signing.algorithms import PublicKey, Suite
from signing.envelope import Signature
from signing.errors import VerificationFailed
from signing.typed_data import typed_digest
from signing.verify import check_statement_signature
from signing.webauthn import check_origin
from support.anvil import Anvil
from support.chains import Account
from support.pen_cases import CHAIN_ID, ORIGIN, WALLET, Case, cases, statement_for
from support.scripts import node

JUDGE = Path(__file__).resolve().parents[2] / "support" / "judge.mjs"
PRECOMPILE = bytes(18) + b"\x01\x00"


@dataclass(frozen=True)
class Deployed:
    client: ChainClient
    address: bytes

    def holds(self, case: Case) -> bool:
        return verifier.holds(
            self.client, self.address, case.statement, case.signature, key=case.key, origin=case.origin
        )


@pytest.fixture
def deployed(account: Account) -> Deployed:
    receipt = account.send(None, verifier.creation_code())
    assert receipt.succeeded
    assert receipt.contract is not None
    return Deployed(account.client, receipt.contract)


def in_python(case: Case) -> str:
    try:
        check_statement_signature(case.statement, case.signature, case.key)
        if case.key.suite is Suite.WEBAUTHN:
            check_origin(case.signature.value, {case.origin})
    except VerificationFailed as error:
        return error.code
    return ""


def in_the_page(table: list[Case]) -> list[str]:
    given = [
        {
            "statement": case.statement.to_bytes().hex(),
            "key": case.key.to_json(),
            "signature": case.signature.to_json(),
            "origin": case.origin,
        }
        for case in table
    ]
    ran = subprocess.run([node(), str(JUDGE)], input=json.dumps(given).encode(), capture_output=True, check=True)
    verdicts = json.loads(ran.stdout)
    assert isinstance(verdicts, list)
    return verdicts


def test_the_page_s_script_gives_python_s_verdict_with_the_same_code() -> None:
    table = cases()
    assert in_the_page(table) == [in_python(case) for case in table]


def test_the_contract_gives_python_s_verdict(deployed: Deployed) -> None:
    table = cases(deployed.client.chain_id())
    differing = [case.name for case in table if deployed.holds(case) != (in_python(case) == "")]
    assert differing == []
    assert any(deployed.holds(case) for case in table)


def test_wallet_s_digest_is_the_contract_s(deployed: Deployed) -> None:
    statement = statement_for(WALLET.public, chain_id=deployed.client.chain_id())
    data = verifier.artifact().encode("walletDigest", verifier.wallet_fields(statement))
    (digest,) = verifier.artifact().decode("walletDigest", deployed.client.call(deployed.address, data))
    assert digest == typed_digest(*statement.typed_data())


def test_wallet_s_signature_for_another_chain_does_not_hold_on_this_one(deployed: Deployed) -> None:
    statement = statement_for(WALLET.public, chain_id=deployed.client.chain_id() + 1)
    value = WALLET.sign_digest(typed_digest(*statement.typed_data()))
    signature = Signature(Suite.EIP712, WALLET.public.key_id, value)
    assert in_python(Case("", statement, WALLET.public, signature)) == ""
    assert not deployed.holds(Case("", statement, WALLET.public, signature))


def test_organisation_s_key_is_not_checked_on_chain(deployed: Deployed) -> None:
    key = PublicKey(Suite.ED25519, bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"))
    signature = Signature(Suite.ED25519, key.key_id, bytes(64))
    assert not deployed.holds(Case("", statement_for(key), key, signature))


@pytest.mark.parametrize("cut", [0, 1, 2, 38, 39, 100])
def test_value_that_is_cut_short_does_not_hold_and_does_not_revert(deployed: Deployed, cut: int) -> None:
    case = cases()[0]
    function, arguments = "verifyPasskey", list(verifier._call(case.statement, case.signature, case.key, ORIGIN)[1])  # noqa: SLF001  # its parts, one changed
    arguments[1] = case.signature.value[:cut]
    data = verifier.artifact().encode(function, *arguments)
    assert verifier.artifact().decode(function, deployed.client.call(deployed.address, data)) == (False,)


def test_anvil_has_the_precompile_that_the_embedded_chain_lacks(anvil: Anvil) -> None:
    """Both roads of the contract are walked by the tests above: this says which is which."""
    client = anvil.client()
    assert client.chain_id() == CHAIN_ID
    sound = next(case for case in cases() if case.name == "one-time key: as it is made")
    digest = sound.statement.digest
    answer = client.call(PRECOMPILE, digest + sound.signature.value + sound.key.raw)
    assert int.from_bytes(answer, "big") == 1


def test_table_holds_for_a_shifted_origin_too(deployed: Deployed) -> None:
    sound = cases()[0]
    assert not deployed.holds(replace(sound, origin=""))
    assert not deployed.holds(replace(sound, origin=ORIGIN + "/"))
