import json
from typing import cast

import pytest
from eth_utils.crypto import keccak

from ledger.chain import answers
from ledger.errors import Unavailable, VerificationFailed
from signing.canonical import Json
from support.shared_data import vectors

OLD = "tests__eth_getBlockByHash__get-block-by-hash"  # block 1, before London
NEW = "tests__eth_getBlockByNumber__get-latest"  # block 54, Prague
HEADER_FIELDS = (
    "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "difficulty",
    "number", "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce", "baseFeePerGas", "withdrawalsRoot",
    "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash",
)  # fmt: skip


def published(name: str) -> dict[str, Json]:
    exchange = json.loads((vectors("execution-apis") / f"{name}.json").read_text())["exchanges"]
    return cast("dict[str, Json]", exchange[1]["json"]["result"])


class TestBlock:
    @pytest.mark.parametrize("name", [OLD, NEW])
    def test_published_header_is_rebuilt_to_its_hash(self, name: str) -> None:
        block = published(name)
        assert "0x" + keccak(answers.header_rlp(block)).hex() == block["hash"]

    @pytest.mark.parametrize("field", HEADER_FIELDS)
    def test_any_changed_field_no_longer_hashes_to_the_block(self, field: str) -> None:
        block = published(NEW)
        text = str(block[field])
        changed = {**block, field: text[:-1] + ("1" if text[-1] != "1" else "2") if text != "0x" else "0x01"}
        with pytest.raises(VerificationFailed) as caught:
            answers.header_rlp(changed)
        assert caught.value.code == "chain.header-mismatch"

    def test_left_out_field_no_longer_hashes_to_the_block(self) -> None:
        block = {**published(NEW), "requestsHash": None}
        with pytest.raises(VerificationFailed):
            answers.header_rlp(block)

    def test_published_block_is_read(self) -> None:
        block = answers.block(published(NEW))
        assert (block.number, block.timestamp, block.base_fee) == (0x36, 0x21C, 0x1A21397)

    def test_block_before_london_has_no_base_fee(self) -> None:
        assert answers.block(published(OLD)).base_fee == 0

    @pytest.mark.parametrize("field", ["number", "hash", "parentHash", "timestamp", "stateRoot"])
    @pytest.mark.parametrize("value", [None, 1, "", "0x", "0xzz", "0x" + "11" * 33, []])
    def test_block_with_a_malformed_field_is_refused(self, field: str, value: Json) -> None:
        with pytest.raises(Unavailable) as caught:
            answers.block({**published(NEW), field: value})
        assert caught.value.code == "chain.bad-answer"

    @pytest.mark.parametrize("answer", [None, [], "block", {}])
    def test_what_is_no_block_is_refused(self, answer: Json) -> None:
        with pytest.raises(Unavailable):
            answers.block(answer)


class TestStateProof:
    def test_published_proof_is_read(self) -> None:
        proof = answers.state_proof(published("tests__eth_getProof__get-account-proof-with-storage"))
        assert proof.balance == 0x76
        assert len(proof.account_nodes) == 3
        assert [slot.slot for slot in proof.slots] == [0]

    def test_root_node_hashes_to_the_state_root_of_the_published_block(self) -> None:
        proof = answers.state_proof(published("tests__eth_getProof__get-account-proof-latest"))
        assert keccak(proof.account_nodes[0]) == answers.block(published(NEW)).state_root

    @pytest.mark.parametrize("field", ["accountProof", "storageProof", "balance", "codeHash", "storageHash", "address"])
    @pytest.mark.parametrize("value", [None, {}, "0x", [1], ["0x0"] * 100])
    def test_proof_with_a_malformed_field_is_refused(self, field: str, value: Json) -> None:
        with pytest.raises(Unavailable):
            answers.state_proof({**published("tests__eth_getProof__get-account-proof-with-storage"), field: value})


class TestReceipt:
    GOOD: dict[str, Json] = {  # noqa: RUF012  # read only
        "transactionHash": "0x" + "01" * 32,
        "blockNumber": "0x2",
        "blockHash": "0x" + "02" * 32,
        "status": "0x1",
        "gasUsed": "0x5208",
        "contractAddress": None,
    }

    def test_receipt_is_read(self) -> None:
        receipt = answers.receipt(self.GOOD)
        assert (receipt.succeeded, receipt.contract, receipt.gas_used) == (True, None, 21_000)

    def test_failed_creation_is_told_apart(self) -> None:
        receipt = answers.receipt({**self.GOOD, "status": "0x0", "contractAddress": "0x" + "03" * 20})
        assert (receipt.succeeded, receipt.contract) == (False, b"\x03" * 20)

    @pytest.mark.parametrize("field", sorted(GOOD))
    def test_receipt_that_lacks_a_field_is_refused(self, field: str) -> None:
        with pytest.raises(Unavailable):
            answers.receipt({name: value for name, value in self.GOOD.items() if name != field})

    def test_receipt_with_a_short_hash_is_refused(self) -> None:
        with pytest.raises(Unavailable):
            answers.receipt({**self.GOOD, "blockHash": "0x02"})
