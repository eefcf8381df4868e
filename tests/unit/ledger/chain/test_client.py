"""The client against a node that lies, forgets and fails: what a real one cannot be made to do."""

from dataclasses import dataclass, field

import pytest
from eth_utils.crypto import keccak

from ledger.chain.client import ChainClient
from ledger.chain.faults import Reverted
from ledger.errors import Conflict, LedgerError, Unavailable
from signing.canonical import Json

RAW = b"\x02raw"
HASH = keccak(RAW)


@dataclass
class ScriptedNode:
    """Answers each method with what it was given, and remembers what it was asked."""

    answers: dict[str, Json]
    asked: list[str] = field(default_factory=list)

    def request(self, method: str, arguments: list[Json]) -> Json:
        self.asked.append(f"{method} {arguments}")
        return self.answers[method]


def client(**answers: Json) -> ChainClient:
    return ChainClient(ScriptedNode(answers))


def result(value: Json) -> dict[str, Json]:
    return {"jsonrpc": "2.0", "id": 1, "result": value}


def error(code: int, message: Json, data: Json = None) -> dict[str, Json]:
    return {"jsonrpc": "2.0", "id": 1, "error": {"code": code, "message": message, "data": data}}


class TestEnvelope:
    @pytest.mark.parametrize(
        "answer", [None, [], "0x1", {}, {"id": 1}, result(None), result(5), result("0x"), result("1")]
    )
    def test_answer_that_is_no_number_is_refused(self, answer: Json) -> None:
        with pytest.raises(Unavailable) as caught:
            client(eth_chainId=answer).chain_id()
        assert caught.value.code == "chain.bad-answer"

    @pytest.mark.parametrize("refusal", ["busy", 5, [], {"code": "x"}, {"message": None}])
    def test_error_of_any_shape_is_a_refusal(self, refusal: Json) -> None:
        with pytest.raises(Unavailable) as caught:
            client(eth_chainId={"error": refusal}).chain_id()
        assert caught.value.code == "chain.refused"

    def test_long_text_of_a_node_is_cut_and_cleaned(self) -> None:
        with pytest.raises(Unavailable) as caught:
            client(eth_chainId=error(-1, "\x1b[2J" + "x" * 10_000)).chain_id()
        assert len(str(caught.value)) < 250
        assert "\x1b" not in str(caught.value)


class TestSendRaw:
    @pytest.mark.parametrize(
        ("message", "kind", "code"),
        [
            ("nonce too low: next nonce 5, tx nonce 3", Conflict, "chain.nonce-used"),
            ("OldNonce", Conflict, "chain.nonce-used"),
            ("nonce too high", Conflict, "chain.nonce-gap"),
            ("replacement transaction underpriced", Conflict, "chain.underpriced"),
            ("max fee per gas less than block base fee", Conflict, "chain.fee-too-low"),
            ("insufficient funds for gas * price + value", Unavailable, "chain.insufficient-funds"),
            ("the pool is full", Unavailable, "chain.refused"),
        ],
    )
    def test_refusal_has_a_code_of_ours(self, message: str, kind: type[LedgerError], code: str) -> None:
        node = client(eth_sendRawTransaction=error(-32000, message), eth_getTransactionByHash=result(None))
        with pytest.raises(kind) as caught:
            node.send_raw(RAW)
        assert caught.value.code == code

    @pytest.mark.parametrize("message", ["already known", "nonce too low", "Known transaction"])
    def test_refusal_of_a_transaction_that_the_node_has_is_no_error(self, message: str) -> None:
        node = client(
            eth_sendRawTransaction=error(-32000, message), eth_getTransactionByHash=result({"hash": "0x" + HASH.hex()})
        )
        assert node.send_raw(RAW) == HASH

    def test_other_hash_than_that_of_the_bytes_is_refused(self) -> None:
        with pytest.raises(Unavailable) as caught:
            client(eth_sendRawTransaction=result("0x" + "00" * 32)).send_raw(RAW)
        assert caught.value.code == "chain.bad-answer"


class TestAnswersForSomethingElse:
    def test_receipt_of_another_transaction_is_refused(self) -> None:
        other: dict[str, Json] = {
            "transactionHash": "0x" + "01" * 32,
            "blockNumber": "0x2",
            "blockHash": "0x" + "02" * 32,
            "status": "0x1",
            "gasUsed": "0x0",
            "contractAddress": None,
        }
        with pytest.raises(Unavailable):
            client(eth_getTransactionReceipt=result(other)).receipt(HASH)

    @pytest.mark.parametrize("change", [{"address": "0x" + "02" * 20}, {"storageProof": []}])
    def test_proof_of_another_account_or_slot_is_refused(self, change: dict[str, Json]) -> None:
        slot: Json = {"key": "0x0", "value": "0x0", "proof": []}
        proof: dict[str, Json] = {
            "address": "0x" + "01" * 20,
            "balance": "0x0",
            "nonce": "0x0",
            "codeHash": "0x" + "00" * 32,
            "storageHash": "0x" + "00" * 32,
            "accountProof": [],
            "storageProof": [slot],
        }
        client(eth_getProof=result(proof)).proof(b"\x01" * 20, (0,), 1)
        with pytest.raises(Unavailable):
            client(eth_getProof=result({**proof, **change})).proof(b"\x01" * 20, (0,), 1)


class TestRevert:
    @pytest.mark.parametrize(
        ("answer", "data"),
        [
            (error(3, "execution reverted", "0x01020304"), b"\x01\x02\x03\x04"),
            (error(-32000, "execution reverted"), b""),
            (error(3, "execution reverted", "Reverted 0x"), b""),
            (error(-32603, "VM Exception: revert", {"result": "0x"}), b""),
        ],
    )
    def test_revert_keeps_what_the_contract_said(self, answer: Json, data: bytes) -> None:
        with pytest.raises(Reverted) as caught:
            client(eth_call=answer).call(b"\x01" * 20, b"")
        assert (caught.value.code, caught.value.data) == ("chain.reverted", data)


def test_confirmations_ask_for_no_tag() -> None:
    node = ScriptedNode({"eth_blockNumber": result("0x9"), "eth_call": result("0x")})
    ChainClient(node, confirmations=4).call(b"\x01" * 20, b"", block="finalized")
    assert "'0x5'" in node.asked[-1]
