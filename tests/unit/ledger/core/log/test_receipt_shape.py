"""Receipts come from strangers: what is no receipt, or too much of one, is refused before anything is hashed."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from ledger.core.log.commitment import Opening
from ledger.core.log.receipt import parse_receipt
from ledger.core.log.receipt_chain import Cosignature
from ledger.core.log.receipt_fields import Limits
from ledger.errors import InvalidInput, VerificationFailed
from signing.canonical import Json, encode
from support.receipts import ANCHOR, CHAIN_PROOF, COSIGNATURE, receipt

FULL = receipt(anchor=ANCHOR, cosignatures=(COSIGNATURE,), evm_signature=bytes(65))


def _with(place: str, value: Json) -> bytes:
    changed = json.loads(FULL.to_bytes())
    target = changed
    *way, last = place.split("/")
    for step in way:
        target = target[int(step) if step.isdigit() else step]
    target[int(last) if last.isdigit() else last] = value
    return encode(changed)


def _code(data: bytes) -> str:
    with pytest.raises(VerificationFailed) as refusal:
        parse_receipt(data)
    return refusal.value.code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "receipt.not-canonical"),
        (b"\xff", "receipt.not-canonical"),
        (b"[" * 200_000, "receipt.not-canonical"),
        (b"[" * 40 + b"]" * 40, "receipt.not-canonical"),
        (FULL.to_bytes() + b"\n", "receipt.not-canonical"),
        (b" " * (Limits.RECEIPT + 1), "receipt.too-large"),
        (b"[]", "receipt.version"),
        (b"{}", "receipt.version"),
        (_with("tag", "tally/receipt/v2"), "receipt.version"),
        (_with("tag", 1), "receipt.version"),
        (b'{"tag":"tally/receipt/v1"}', "receipt.malformed"),
        (_with("openings/0/salt", "00"), "commitment.malformed"),
        (_with("openings/0/more", 1), "commitment.malformed"),
    ],
)
def test_what_is_no_receipt_is_refused(data: bytes, code: str) -> None:
    assert _code(data) == code


HASH = "ab" * 32


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("more", 1), ("entry", 1), ("entry", None), ("entry", "x" * 8193), ("checkpoint", []), ("checkpoint", "x" * 100_001),
        ("index", -1), ("index", "4"), ("index", True), ("index", None),
        ("path", "text"), ("path", None), ("path", [HASH] * 65), ("path", [HASH[2:]]), ("path", [HASH.upper()]), ("path", [1]), ("path", [HASH + "a"]),
        ("evm_signature", "ab"), ("evm_signature", 1), ("evm_signature", "AB" * 65), ("self_operated", 1), ("self_operated", None), ("self_operated", "false"),
        ("openings", {}), ("openings", [{}] * 33), ("cosignatures", None), ("cosignatures", [1]), ("cosignatures", [{}] * 33),
        ("cosignatures/0/key_id", ""), ("cosignatures/0/key_id", "a" * 65), ("cosignatures/0/key_id", 1), ("cosignatures/0/value", "ab"), ("cosignatures/0/more", 1),
        ("anchor", []), ("anchor", {}), ("anchor/more", 1), ("anchor/chain_id", -1), ("anchor/chain_id", "1"), ("anchor/registry", "ab"),
        ("anchor/log_id", "ab"), ("anchor/transaction", HASH + "ab"), ("anchor/block_hash", ""), ("anchor/block_number", None), ("anchor/size", True),
        ("anchor/state", "Final"), ("anchor/state", None), ("anchor/proof", []), ("anchor/proof/more", 1), ("anchor/proof/header_rlp", "ab" * 4097),
        ("anchor/proof/account_proof", ["ab"] * 65), ("anchor/proof/account_proof", ["ab" * 1025]), ("anchor/proof/storage_proofs", [[]]),
        ("anchor/proof/storage_proofs", [[], [], []]), ("anchor/proof/storage_proofs", [[], 1]), ("anchor/proof/storage_proofs", [[], ["ab"] * 65]),
        ("anchor/proof/storage_proofs", None), ("anchor/proof/code_hash", "ab"),
    ],
)  # fmt: skip
def test_a_part_outside_its_shape_is_refused(place: str, value: Json) -> None:
    assert _code(_with(place, value)) == "receipt.malformed"


@pytest.mark.parametrize("place", ["entry", "index", "anchor", "self_operated", "openings"])
def test_a_missing_part_is_refused(place: str) -> None:
    value = json.loads(FULL.to_bytes())
    del value[place]
    assert _code(encode(value)) == "receipt.malformed"


@pytest.mark.parametrize(
    "build",
    [
        lambda: receipt(index=2**53),
        lambda: receipt(path=(bytes(31),)),
        lambda: receipt(evm_signature=bytes(64)),
        lambda: receipt(openings=(Opening("a", bytes(32), 1),) * 33),
        lambda: Cosignature("", bytes(65)),
        lambda: replace(ANCHOR, registry=bytes(32)),
        lambda: replace(ANCHOR, block_number=-1),
        lambda: replace(CHAIN_PROOF, code_hash=b""),
        lambda: receipt(entry=b"\xff").to_bytes(),
        lambda: receipt(openings=(Opening("a", bytes(32), 2**53),)).to_bytes(),
        lambda: receipt(openings=tuple(Opening(f"f{place}", bytes(32), "x" * 60_000) for place in range(5))).to_bytes(),
    ],
)
def test_a_receipt_that_nobody_could_read_is_not_built(build: Callable[[], object]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        build()
    assert refusal.value.code == "receipt.malformed"
