"""One table of valid and broken signatures, one verdict: Python, the page's script and the contract, with the precompile and without."""

import json
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from ledger.chain import verifier
from ledger.chain.client import ChainClient
from signing.algorithms import PublicKey, Suite
from signing.envelope import Signature
from signing.errors import InvalidEncoding, VerificationFailed
from signing.typed_data import typed_digest
from signing.verify import check_statement_signature
from signing.webauthn import check_origin
from support.anvil import Anvil
from support.chains import SENDER, Account
from support.pen_cases import CHAIN_ID, MADE, ORIGIN, WALLET, Case, cases, statement_for
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

    def holds_value(self, case: Case, value: bytes) -> bool:
        """Ask about a value that makes no `Signature` in Python."""
        function, arguments = verifier._call(case.statement, case.signature, case.key, case.origin)  # noqa: SLF001  # its parts, one changed
        data = verifier.artifact().encode(function, arguments[0], value, *arguments[2:])
        return bool(verifier.artifact().decode(function, self.client.call(self.address, data))[0])


@pytest.fixture
def deployed(account: Account) -> Deployed:
    return Deployed(account.client, deploy(account, verifier.creation_code()))


@pytest.fixture
def on_anvil(anvil: Anvil) -> Deployed:
    """The contract on the chain that the table's wallet signs for, unless it is told another."""
    account = Account(anvil.client(), SENDER, anvil.mine)
    return Deployed(account.client, deploy(account, verifier.creation_code()))


def deploy(account: Account, creation_code: bytes) -> bytes:
    receipt = account.send(None, creation_code)
    assert receipt.succeeded
    assert receipt.contract is not None
    return receipt.contract


def in_python(case: Case) -> str:
    try:
        check_statement_signature(case.statement, case.signature, case.key)
        if case.key.suite is Suite.WEBAUTHN:
            check_origin(case.signature.value, {case.origin})
    except VerificationFailed as error:
        return error.code
    return ""


def in_the_page(table: list[Case]) -> list[str]:
    given: list[dict[str, object]] = [
        {
            "statement": case.statement.to_bytes().hex(),
            "key": case.key.to_json(),
            "signature": case.signature.to_json(),
            "origin": case.origin,
        }
        for case in table
    ]
    return judged(given)


def judged(given: list[dict[str, object]]) -> list[str]:
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


# --- values that are no signature in form ---------------------------------------------------------------------------

DATA, CLIENT, RS = MADE.authenticator_data, MADE.client_data, MADE.signature
PASSKEY_CASE = next(case for case in cases() if case.name == "passkey: as a browser makes it")
WALLETS = next(case for case in cases() if case.name == "wallet: as it is made")
ONCE = next(case for case in cases() if case.name == "one-time key: as it is made")


def packed(data: bytes, client: bytes, rest: bytes) -> bytes:
    return b"".join(len(part).to_bytes(2, "big") + part for part in (data, client)) + rest


def compacted(value: bytes) -> bytes:
    """Return a wallet's signature in 64 bytes (ERC-2098): v in the highest bit of s."""
    return value[:32] + bytes([value[32] | (value[64] - 27) << 7]) + value[33:64]


def der(value: bytes) -> bytes:
    return encode_dss_signature(int.from_bytes(value[:32], "big"), int.from_bytes(value[32:64], "big"))


FORMS = [
    *(
        (PASSKEY_CASE, value)
        for value in (b"", b"\x00", bytes(4), packed(b"", CLIENT, RS), packed(DATA[:-1], CLIENT, RS))
    ),
    *((PASSKEY_CASE, packed(DATA[:length], CLIENT, RS)) for length in (1, 31, 32, 33, 36)),
    *((PASSKEY_CASE, packed(DATA, client, RS)) for client in (b"", b"{", CLIENT + b" " * 1024)),
    *((PASSKEY_CASE, packed(DATA + bytes(size), CLIENT, RS)) for size in (476, 4096)),
    *((PASSKEY_CASE, packed(DATA, CLIENT, tail)) for tail in (b"", RS[:-1], RS + b"\x00", der(RS))),
    (PASSKEY_CASE, b"\xff\xff" + packed(DATA, CLIENT, RS)[2:]),
    (PASSKEY_CASE, RS),
    *((ONCE, value) for value in (b"", RS[:63], ONCE.signature.value + b"\x00", der(ONCE.signature.value))),
    *((WALLETS, value) for value in (b"", WALLETS.signature.value[:64], compacted(WALLETS.signature.value))),
    *((WALLETS, WALLETS.signature.value + more) for more in (b"\x00", bytes(31))),
]


def test_value_of_another_form_is_refused_by_all_three_and_fails_in_no_other_way(on_anvil: Deployed) -> None:
    given: list[dict[str, object]] = []
    for case, value in FORMS:
        with pytest.raises(InvalidEncoding) as refused:
            Signature(case.key.suite, case.key.key_id, value)
        assert refused.value.code == "signature.malformed"
        assert not on_anvil.holds_value(case, value), value.hex()
        told = {"suite": str(case.key.suite), "key_id": case.key.key_id, "value": value.hex()}
        shown = {"statement": case.statement.to_bytes().hex(), "key": case.key.to_json()}
        given.append({**shown, "signature": told, "origin": case.origin})
    assert judged(given) == ["signature.malformed"] * len(FORMS)
    assert all(on_anvil.holds_value(case, case.signature.value) for case in (PASSKEY_CASE, ONCE, WALLETS))


# --- accounts that are contracts, and keys that delegated to one -----------------------------------------------------

MAGIC = bytes.fromhex("1626ba7e")
ACCOUNTS = {
    "reverts": (bytes.fromhex("60006000fd"), False),
    "stops at once": (bytes.fromhex("00"), False),
    "answers garbage": (b"\x7f" + b"\xff" * 32 + bytes.fromhex("60005260206000f3"), False),
    "answers yes with more behind it": (b"\x7f" + MAGIC + b"\x01" * 28 + bytes.fromhex("60005260206000f3"), False),
    "answers four bytes": (b"\x7f" + MAGIC + bytes(28) + bytes.fromhex("60005260046000f3"), False),
    "answers a boolean": (bytes.fromhex("600160005260206000f3"), False),
    "burns all gas": (bytes.fromhex("5b600056"), False),
    "runs into an invalid instruction": (b"\xfe", False),
    "writes": (bytes.fromhex("6001600055") + b"\x7f" + MAGIC + bytes(28) + bytes.fromhex("60005260206000f3"), False),
    "answers a megabyte": (bytes.fromhex("621000006000f3"), False),
    "says yes to everything": (b"\x7f" + MAGIC + bytes(28) + bytes.fromhex("60005260206000f3"), True),
}


def test_contract_account_that_misbehaves_is_no_signature_and_no_failure(deployed: Deployed, account: Account) -> None:
    for kind, (code, word) in ACCOUNTS.items():
        address = deploy(account, bytes.fromhex(f"60{len(code):02x}80600b6000396000f3") + code)
        key = PublicKey(Suite.EIP712, address)
        statement = statement_for(key, chain_id=deployed.client.chain_id())
        signature = Signature(Suite.EIP712, key.key_id, WALLET.sign_digest(typed_digest(*statement.typed_data())))
        case = Case("", statement, key, signature)
        assert deployed.holds(case) is word, kind
        assert in_python(case) == "signature.invalid"  # only the chain can ask a contract


def test_key_that_delegated_to_code_signs_as_before(anvil: Anvil, on_anvil: Deployed) -> None:
    """EIP-7702: the address has code now, and its key has not changed."""
    reverting = "0x" + "ab" * 20
    anvil.control("anvil_setCode", reverting, "0x60006000fd")
    anvil.control("anvil_setCode", "0x" + WALLET.address.hex(), "0xef0100" + reverting[2:])
    for case in cases():
        if case.key == WALLET.public:
            assert on_anvil.holds(case) is (in_python(case) == ""), case.name
