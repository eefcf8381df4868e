from dataclasses import replace

import pytest
from eth_abi.abi import encode
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

from ledger.core.log.evm_checkpoint import LogTerms, Registry, log_checkpoint_digest, log_id, publish_digest
from ledger.errors import InvalidInput

REGISTRY = Registry(31337, bytes(range(20)))
LOG_ID, ROOT = bytes([7] * 32), bytes([9] * 32)
FIRST, SECOND, THIRD = (bytes([number] * 20) for number in (1, 2, 3))
TERMS = LogTerms(
    origin="log.lender.example/2026",
    log_key=THIRD,
    cosigners=(FIRST, SECOND),
    threshold=2,
    recovery=(SECOND,),
    recovery_threshold=1,
    salt=bytes(32),
)


def _second_opinion(primary: str, members: str, values: dict[str, object]) -> bytes:
    pairs = [member.split(" ") for member in members.split(",")]
    message = encode_typed_data(
        {
            "name": "Tallystick CheckpointRegistry",
            "version": "1",
            "chainId": 31337,
            "verifyingContract": REGISTRY.address,
        },
        {primary: [{"name": name, "type": kind} for kind, name in pairs]},
        values,
    )
    return keccak(b"\x19" + message.version + message.header + message.body)


def test_digests_are_those_of_another_eip_712_implementation() -> None:
    values: dict[str, object] = {"logId": LOG_ID, "generation": 3, "size": 2**53, "root": ROOT}
    members = "bytes32 logId,uint64 generation,uint64 size,bytes32 root"
    assert publish_digest(REGISTRY, LOG_ID, generation=3, size=2**53, root=ROOT) == _second_opinion(
        "Checkpoint", members, values
    )
    own = _second_opinion(
        "LogCheckpoint", "bytes32 logId,uint64 size,bytes32 root", {"logId": LOG_ID, "size": 5, "root": ROOT}
    )
    assert log_checkpoint_digest(REGISTRY, LOG_ID, size=5, root=ROOT) == own


@pytest.mark.parametrize(
    "terms",
    [TERMS, replace(TERMS, cosigners=(FIRST,), threshold=1, recovery=(FIRST, SECOND, THIRD), recovery_threshold=3)],
)
def test_a_log_id_is_the_hash_of_the_abi_encoding(terms: LogTerms) -> None:
    kinds = ["uint256", "address", "bytes32", "address", "address[]", "uint64", "address[]", "uint64", "bytes32"]
    values = [
        31337, REGISTRY.address, keccak(text=terms.origin), terms.log_key, terms.cosigners, terms.threshold, terms.recovery,
        terms.recovery_threshold, terms.salt,
    ]  # fmt: skip
    assert log_id(REGISTRY, terms) == keccak(encode(kinds, values))


def test_every_term_changes_the_id() -> None:
    others = [
        replace(TERMS, origin="other"), replace(TERMS, log_key=FIRST), replace(TERMS, cosigners=(FIRST, THIRD)), replace(TERMS, threshold=1),
        replace(TERMS, recovery=(FIRST,)), replace(TERMS, salt=bytes([1] * 32)), replace(TERMS, recovery=(FIRST, SECOND), recovery_threshold=2),
    ]  # fmt: skip
    ids = {log_id(REGISTRY, terms) for terms in [TERMS, *others]} | {
        log_id(Registry(1, REGISTRY.address), TERMS),
        log_id(Registry(31337, FIRST), TERMS),
    }
    assert len(ids) == len(others) + 3


@pytest.mark.parametrize(
    "terms",
    [
        replace(TERMS, origin=""),
        replace(TERMS, origin="é" * 128),
        replace(TERMS, salt=bytes(31)),
        replace(TERMS, cosigners=(SECOND, FIRST)),
        replace(TERMS, cosigners=(FIRST, FIRST)),
        replace(TERMS, threshold=0),
        replace(TERMS, cosigners=tuple(bytes([number] * 20) for number in range(65))),
        replace(TERMS, threshold=3),
        replace(TERMS, recovery=(), recovery_threshold=0),
        replace(TERMS, log_key=bytes(19)),
        replace(TERMS, cosigners=(b"a",), threshold=1),
    ],
)
def test_terms_that_the_contract_would_refuse_have_no_id(terms: LogTerms) -> None:
    with pytest.raises(InvalidInput) as refusal:
        log_id(REGISTRY, terms)
    assert refusal.value.code == "log-terms.malformed"


@pytest.mark.parametrize(("size", "root"), [(-1, ROOT), (2**64, ROOT), (5, bytes(31))])
def test_a_checkpoint_that_the_contract_cannot_read_has_no_digest(size: int, root: bytes) -> None:
    with pytest.raises(InvalidInput) as refusal:
        publish_digest(REGISTRY, LOG_ID, generation=1, size=size, root=root)
    assert refusal.value.code == "checkpoint.not-encodable"
    with pytest.raises(InvalidInput) as refusal:
        log_checkpoint_digest(REGISTRY, LOG_ID, size=size, root=root)
    assert refusal.value.code == "checkpoint.not-encodable"
