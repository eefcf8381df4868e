"""Headers, accounts and storage words against the public execution-apis vectors."""

import json
from pathlib import Path
from typing import Any, cast

import pytest

from ledger.core.evidence import rlp
from ledger.core.evidence.chain_proof import NO_ACCOUNT, Account, prove_account, prove_word, read_header
from ledger.core.evidence.trie import EMPTY_ROOT
from ledger.errors import VerificationFailed
from signing.algorithms import keccak256
from support.shared_data import vectors

BLOCK_FIELDS = [
    "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "difficulty", "number",
    "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce", "baseFeePerGas", "withdrawalsRoot", "blobGasUsed",
    "excessBlobGas", "parentBeaconBlockRoot", "requestsHash",
]  # fmt: skip
QUANTITIES = {
    "difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas", "blobGasUsed", "excessBlobGas",
}  # fmt: skip
BLOCKS = ["tests__eth_getBlockByHash__get-block-by-hash.json", "tests__eth_getBlockByNumber__get-latest.json"]
PROOFS = [
    "tests__eth_getProof__get-account-proof-blockhash.json",
    "tests__eth_getProof__get-account-proof-default-block.json",
    "tests__eth_getProof__get-account-proof-latest.json",
    "tests__eth_getProof__get-account-proof-with-storage.json",
]


def result(name: str) -> dict[str, Any]:
    path: Path = vectors("execution-apis") / name
    return cast("dict[str, Any]", json.loads(path.read_text())["exchanges"][1]["json"]["result"])


def raw(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def number(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def header_rlp(block: dict[str, Any]) -> bytes:
    fields = [name for name in BLOCK_FIELDS if name in block]
    return rlp.encode(tuple(number(int(block[n], 16)) if n in QUANTITIES else raw(block[n]) for n in fields))


def state_root() -> bytes:
    return read_header(header_rlp(result(BLOCKS[1]))).state_root


def with_nibble_changed(data: bytes, index: int, change: int) -> bytes:
    changed = bytearray(data)
    changed[index // 2] ^= change << (4 if index % 2 == 0 else 0)
    return bytes(changed)


def hash_or_refusal(data: bytes) -> bytes | str:
    try:
        return read_header(data).hash
    except VerificationFailed as error:
        return error.code


def a_header(changes: dict[str, bytes], *, count: int = 21) -> bytes:
    fields = dict.fromkeys(BLOCK_FIELDS, bytes(32)) | dict.fromkeys(QUANTITIES, b"\x01") | changes
    return rlp.encode(tuple(list(fields.values())[:count]) + (b"later",) * (count - 21))


@pytest.mark.parametrize("name", BLOCKS)
def test_header_of_a_public_block_has_its_published_hash(name: str) -> None:
    block = result(name)
    header = read_header(header_rlp(block))
    assert header.hash == raw(block["hash"])
    assert header.parent_hash == raw(block["parentHash"])
    assert header.state_root == raw(block["stateRoot"])
    assert (header.number, header.timestamp) == (int(block["number"], 16), int(block["timestamp"], 16))


@pytest.mark.repeats
def test_header_with_a_changed_nibble_is_refused_or_has_another_hash() -> None:
    data = header_rlp(result(BLOCKS[1]))
    expected = read_header(data).hash
    for index in range(2 * len(data)):
        assert hash_or_refusal(with_nibble_changed(data, index, 1)) != expected


@pytest.mark.parametrize("count", [15, 21, 22, 32])
def test_header_with_unknown_later_fields_is_read(count: int) -> None:
    assert read_header(a_header({}, count=count)).number == 1


@pytest.mark.parametrize("count", [0, 1, 14, 33])
def test_header_with_too_few_or_too_many_fields_is_refused(count: int) -> None:
    with pytest.raises(VerificationFailed, match="list of 15 to 32"):
        read_header(a_header({}, count=count))


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("parentHash", bytes(31), "chain.malformed"),
        ("stateRoot", bytes(33), "chain.malformed"),
        ("number", b"\x00", "rlp.malformed"),
        ("number", b"\x01" * 9, "rlp.malformed"),
        ("timestamp", b"\x00\x01", "rlp.malformed"),
    ],
)
def test_header_with_a_field_of_the_wrong_form_is_refused(field: str, value: bytes, code: str) -> None:
    with pytest.raises(VerificationFailed) as caught:
        read_header(a_header({field: value}))
    assert caught.value.code == code


def test_header_that_is_a_string_is_refused() -> None:
    with pytest.raises(VerificationFailed, match="list of 15 to 32"):
        read_header(rlp.encode(bytes(600)))


@pytest.mark.parametrize("name", PROOFS)
def test_account_of_a_public_proof_is_proven(name: str) -> None:
    answer = result(name)
    assert prove_account(state_root(), raw(answer["address"]), [raw(n) for n in answer["accountProof"]]) == Account(
        nonce=int(answer["nonce"], 16),
        balance=int(answer["balance"], 16),
        storage_root=raw(answer["storageHash"]),
        code_hash=raw(answer["codeHash"]),
    )


def test_storage_word_of_a_public_proof_is_proven() -> None:
    answer = result(PROOFS[3])
    [slot] = answer["storageProof"]
    proof = [raw(node) for node in slot["proof"]]
    assert prove_word(raw(answer["storageHash"]), int(slot["key"], 16), proof) == int(slot["value"], 16)


@pytest.mark.repeats
@pytest.mark.parametrize("change", [1, 8])
def test_account_proof_with_any_nibble_changed_is_refused(change: int) -> None:
    answer, root = result(PROOFS[0]), state_root()
    address, nodes = raw(answer["address"]), [raw(node) for node in answer["accountProof"]]
    for position, node in enumerate(nodes):
        for index in range(2 * len(node)):
            changed = [*nodes[:position], with_nibble_changed(node, index, change), *nodes[position + 1 :]]
            with pytest.raises(VerificationFailed):
                prove_account(root, address, changed)


@pytest.mark.repeats
def test_storage_proof_with_any_nibble_changed_is_refused() -> None:
    answer = result(PROOFS[3])
    [slot] = answer["storageProof"]
    root, key, nodes = raw(answer["storageHash"]), int(slot["key"], 16), [raw(node) for node in slot["proof"]]
    for position, node in enumerate(nodes):
        for index in range(2 * len(node)):
            changed = [*nodes[:position], with_nibble_changed(node, index, 1), *nodes[position + 1 :]]
            with pytest.raises(VerificationFailed):
                prove_word(root, key, changed)


def test_proof_under_another_root_or_for_another_key_is_refused() -> None:
    answer, root = result(PROOFS[0]), state_root()
    address, nodes = raw(answer["address"]), [raw(node) for node in answer["accountProof"]]
    for index in range(64):
        with pytest.raises(VerificationFailed, match="hash"):
            prove_account(with_nibble_changed(root, index, 1), address, nodes)
    with pytest.raises(VerificationFailed):
        prove_account(root, bytes(20), nodes)


@pytest.mark.parametrize("length", [0, 19, 21, 32])
def test_address_of_the_wrong_length_is_refused(length: int) -> None:
    with pytest.raises(VerificationFailed, match="address of 20 bytes"):
        prove_account(EMPTY_ROOT, bytes(length), [])


def test_account_in_an_empty_state_is_no_account() -> None:
    assert prove_account(EMPTY_ROOT, bytes(20), []) == NO_ACCOUNT


def test_word_in_an_empty_storage_is_zero() -> None:
    assert prove_word(EMPTY_ROOT, 7, []) == 0


def one_leaf(key: bytes, value: bytes) -> tuple[bytes, list[bytes]]:
    node = rlp.encode((b"\x20" + keccak256(key), value))
    return keccak256(node), [node]


def test_empty_storage_word_is_zero() -> None:
    root, proof = one_leaf((7).to_bytes(32, "big"), rlp.encode(b""))
    assert prove_word(root, 7, proof) == 0


@pytest.mark.parametrize("value", [rlp.encode((b"\x01",)), rlp.encode(b"\x00\x01"), rlp.encode(bytes([1] * 33))])
def test_storage_word_of_the_wrong_form_is_refused(value: bytes) -> None:
    root, proof = one_leaf((7).to_bytes(32, "big"), value)
    with pytest.raises(VerificationFailed):
        prove_word(root, 7, proof)


@pytest.mark.parametrize(
    "fields",
    [
        (b"", b"", bytes(32)),
        (b"", b"", bytes(32), bytes(32), b""),
        (b"\x00", b"", bytes(32), bytes(32)),
        (b"", b"", bytes(31), bytes(32)),
        (b"", b"", bytes(32), bytes(33)),
        (b"", (), bytes(32), bytes(32)),
    ],
)
def test_account_of_the_wrong_form_is_refused(fields: tuple[rlp.Item, ...]) -> None:
    root, proof = one_leaf(bytes(20), rlp.encode(fields))
    with pytest.raises(VerificationFailed):
        prove_account(root, bytes(20), proof)
