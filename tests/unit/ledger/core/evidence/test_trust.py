"""The trust policy: one spelling, every defect refused with its place."""

from dataclasses import replace
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.evidence.answers import AnswerName
from ledger.core.evidence.trust import (
    DEFAULT_REQUIRED,
    MAX_BYTES,
    InstitutionKey,
    PinnedHeader,
    TrustedChain,
    TrustedLog,
    TrustedPages,
    TrustedWitness,
    TrustPolicy,
    parse_trust,
)
from ledger.core.log.checkpoint import Checkpoint
from ledger.core.log.note import ED25519, VerifierKey
from ledger.errors import InvalidInput
from signing import canonical
from signing.algorithms import PublicKey, Suite
from signing.canonical import Json

ORIGIN = "log.bank.example/loans"
RAW = [bytes.fromhex(raw) for raw in (
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
)]  # fmt: skip


def key(name: str, place: int) -> VerifierKey:
    return VerifierKey(name, ED25519, RAW[place])


LOG = TrustedLog(
    origin=ORIGIN,
    key=key(ORIGIN, 0),
    evm_key=bytes([1] * 20),
    institution="bank",
    institution_name="示例银行",
)
WITNESSES = (
    TrustedWitness(name="w1", key=key("w1.example", 1), organisation="A"),
    TrustedWitness(name="w2", key=key("w2.example", 2), organisation="B"),
)
CHAIN = TrustedChain(
    chain_id=31337,
    genesis=bytes(32),
    registry=bytes([2] * 20),
    code_hash=bytes([3] * 32),
    log_ids={ORIGIN: bytes([4] * 32)},
    finality=0,
    headers=(PinnedHeader(7, bytes([5] * 32)),),
)
POLICY = TrustPolicy(
    logs=(LOG,),
    witnesses=WITNESSES,
    quorum=2,
    chain=CHAIN,
    checkpoints=(Checkpoint(ORIGIN, 5, bytes([6] * 32)),),
    institution_keys=(InstitutionKey("bank", PublicKey(Suite.ED25519, RAW[0])),),
    pages=(TrustedPages("sign.example", ("https://sign.example", "http://localhost:8400")),),
    self_operated=False,
    required=frozenset({AnswerName.BYTES, AnswerName.CHAIN}),
)


def as_json(policy: TrustPolicy = POLICY) -> dict[str, Json]:
    return cast("dict[str, Json]", canonical.decode(policy.to_bytes()))


def refusal(value: Json) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        parse_trust(canonical.encode(value))
    return caught.value


def changed(path: tuple[str | int, ...], value: Json) -> Json:
    whole: Json = as_json()
    place: Json = whole
    for step in path[:-1]:
        place = place[step]  # type: ignore[index]  # the path is known to fit
    place[path[-1]] = value  # type: ignore[index]  # the path is known to fit
    return whole


@pytest.mark.parametrize(
    "policy",
    [
        POLICY,
        TrustPolicy(logs=(LOG,)),
        replace(POLICY, chain=None, self_operated=True),
        replace(POLICY, logs=(replace(LOG, evm_key=None),)),
    ],
)
def test_policy_comes_back_from_its_bytes(policy: TrustPolicy) -> None:
    assert parse_trust(policy.to_bytes()) == policy


def test_policy_says_what_it_trusts() -> None:
    assert POLICY.log(ORIGIN) == LOG
    assert POLICY.log("another.example/log") is None
    assert [pinned.raw for pinned in POLICY.pinned_keys("bank")] == [RAW[0]]
    assert POLICY.pinned_keys("another") == ()
    assert (POLICY.institution_of(ORIGIN), POLICY.institution_of("another.example/log")) == ("bank", "")
    assert TrustPolicy(logs=(LOG,)).required == DEFAULT_REQUIRED


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (("logs",), [], "trust.logs"),
        (("logs",), {}, "trust.logs"),
        (("logs", 0), "log", "trust.logs"),
        (("logs", 0, "origin"), "", "trust.logs"),
        (("logs", 0, "origin"), 7, "trust.logs"),
        (("logs", 0, "name"), "a\u202eb", "trust.logs"),
        (("logs", 0, "name"), " a", "trust.logs"),
        (("logs", 0, "name"), "a" * 301, "trust.logs"),
        (("logs", 0, "key"), "log+00000000+AAAA", "trust.logs"),
        (("logs", 0, "key"), 7, "trust.logs"),
        (("logs", 0, "evm_key"), "00" * 19, "trust.logs"),
        (("logs", 0, "evm_key"), "0", "trust.logs"),
        (("logs", 0, "evm_key"), "AA" * 20, "trust.logs"),
        (("logs", 0, "extra"), 1, "trust.logs"),
        (("witnesses", 0, "organisation"), None, "trust.witnesses"),
        (("quorum",), -1, "trust.quorum"),
        (("quorum",), True, "trust.quorum"),
        (("quorum",), "2", "trust.quorum"),
        (("chain", "chain_id"), 0, "trust.chain"),
        (("chain", "registry"), "02" * 21, "trust.chain"),
        (("chain", "log_ids"), [], "trust.chain"),
        (("chain", "log_ids", ORIGIN), "04" * 31, "trust.chain"),
        (("chain", "headers", 0, "number"), -1, "trust.chain"),
        (("checkpoints", 0, "size"), 0, "trust.checkpoints"),
        (("checkpoints", 0, "root"), "06" * 33, "trust.checkpoints"),
        (("institution_keys", 0, "key"), {"suite": "ed25519", "raw": ""}, "trust.institution_keys"),
        (("pages",), [], "trust.pages"),
        (("pages", 0, "rp_id"), "", "trust.pages"),
        (("pages", 0, "origins"), [], "trust.pages"),
        (("pages", 0, "origins", 0), "sign.example", "trust.pages"),
        (("self_operated",), 0, "trust.self_operated"),
        (("required",), ["not-proved"], "trust.required"),
        (("required",), ["everything"], "trust.required"),
        (("required",), [1], "trust.required"),
        (("rpc",), "http://localhost", "trust.rpc"),
    ],
)
def test_policy_with_one_wrong_value_is_refused_with_its_place(
    path: tuple[str | int, ...], value: Json, field: str
) -> None:
    error = refusal(changed(path, value))
    assert (error.code, error.field) == ("trust.malformed", field)


@pytest.mark.parametrize("name", sorted(set(as_json()) - {"tag", "pages"}))
def test_policy_with_one_field_missing_is_refused(name: str) -> None:
    value = as_json()
    del value[name]
    assert refusal(value).field == f"trust.{name}"


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("required",), [], "all of nothing"),
        (("required",), ["log", "log"], "each once"),
        (("logs", 0, "origin"), "another.example/log", "to carry that name"),
        (("quorum",), 0, "expected 1 to 2"),
        (("quorum",), 3, "expected 1 to 2"),
        (("witnesses",), [], "expected 0 to 0"),
        (("chain", "headers"), [{"number": 7, "hash": "00" * 32}, {"number": 7, "hash": "05" * 32}], "headers"),
        (("chain", "log_ids"), {ORIGIN: "04" * 32, "other": "04" * 32}, "log_ids"),
    ],
)
def test_policy_that_contradicts_itself_is_refused(path: tuple[str | int, ...], value: Json, message: str) -> None:
    error = refusal(changed(path, value))
    assert error.code == "trust.malformed"
    assert message in error.message


@pytest.mark.parametrize("name", ["logs", "checkpoints"])
def test_policy_that_lists_a_thing_twice_is_refused(name: str) -> None:
    value = as_json()
    listed = value[name]
    assert isinstance(listed, list)
    value[name] = listed * 2
    assert "each once" in refusal(value).message


def test_log_that_is_its_own_witness_is_refused() -> None:
    witness = TrustedWitness(name="w", key=VerifierKey("w.example", ED25519, RAW[0]), organisation="C")
    with pytest.raises(InvalidInput, match="each once"):
        replace(POLICY, witnesses=(*WITNESSES, witness))


def test_quorum_counts_organisations_and_not_witnesses() -> None:
    same = tuple(replace(witness, organisation="A") for witness in WITNESSES)
    with pytest.raises(InvalidInput, match="expected 1 to 1"):
        replace(POLICY, witnesses=same)
    assert replace(POLICY, witnesses=same, quorum=1).quorum == 1


def test_required_witnesses_without_a_witness_are_refused() -> None:
    with pytest.raises(InvalidInput, match="expected 1 to 0"):
        TrustPolicy(logs=(LOG,), required=frozenset({AnswerName.WITNESSES}))


@pytest.mark.parametrize("value", [{}, [], {"tag": "tally/trust/v2"}, {"tag": ["tally/trust/v1"]}])
def test_other_version_is_refused(value: Json) -> None:
    assert refusal(value).code == "trust.unknown-version"


@pytest.mark.parametrize("data", [b"", b"{", b'{"tag": "tally/trust/v1"}', b"\xff", b" " * (MAX_BYTES + 1)])
def test_bytes_that_are_not_canonical_or_too_many_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_trust(data)
    assert caught.value.code == "trust.malformed"


@settings(deadline=None)
@given(st.integers(0, 8 * len(POLICY.to_bytes()) - 1))
def test_policy_with_one_flipped_bit_is_another_or_refused(bit: int) -> None:
    data = bytearray(POLICY.to_bytes())
    data[bit // 8] ^= 1 << bit % 8
    try:
        assert parse_trust(bytes(data)) != POLICY
    except InvalidInput as error:
        assert error.code.startswith("trust.")  # noqa: PT017  # either outcome is right
