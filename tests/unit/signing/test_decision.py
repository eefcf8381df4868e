"""The decision statement: one byte form, strict parsing, signatures of every pen."""

import json
from dataclasses import replace

import pytest

from signing.algorithms import Suite
from signing.canonical import Json, encode
from signing.decision import DecisionStatement, parse_decision
from signing.envelope import Signature, tagged_bytes
from signing.errors import InvalidEncoding, VerificationFailed
from signing.keys.signer import AnySigner, EvmSigner, open_signer
from signing.statement import parse_statement
from signing.statement_parts import MAX_STATEMENT_BYTES, Head, SeenCheckpoint
from signing.typed_data import typed_digest
from signing.verify import check_statement_signature

STATEMENT = DecisionStatement(
    application="01936c3a-0000-7000-8000-000000000001",
    content_sha256=b"\x01" * 32,
    terms_sha256=b"\x02" * 32,
    currency="CNY",
    amount_minor="4000000",
    verdict="approve",
    conditions=("proof of insurance",),
    policy_sha256=b"\x03" * 32,
    decider="01936c3a-0000-7000-8000-000000000002",
    role="officer",
    in_place_of=None,
    key_id="ed25519:" + "0" * 32,
    head=Head(3, b"\x04" * 32),
    checkpoint=SeenCheckpoint(9, b"\x05" * 32),
    chain_id=7,
    log="example.org/log",
    nonce=b"\x06" * 32,
    expires_at="2026-11-24T10:00:00.000Z",
)


def spelled(**changes: Json) -> bytes:
    value = json.loads(STATEMENT.to_bytes().partition(b"\n")[2])
    return tagged_bytes("decision", encode({**value, **changes}))


@pytest.mark.parametrize(
    "given", [STATEMENT, replace(STATEMENT, in_place_of="somebody", conditions=(), reason="income")]
)
def test_statement_survives_its_own_bytes(given: DecisionStatement) -> None:
    assert parse_decision(given.to_bytes()) == given


@pytest.mark.parametrize(
    "data",
    [
        spelled(amount=5),
        spelled(amount={"currency": "CNY", "minor": 5}),
        spelled(conditions="one"),
        spelled(conditions=[1]),
        spelled(conditions=["x"] * 11),
        spelled(conditions=[" x"]),
        spelled(in_place_of=""),
        spelled(reason=""),
        spelled(nonce="00"),
        spelled(chain_id=0),
        spelled(key_id="rsa:1"),
        spelled(expires_at="tomorrow"),
        spelled(colour="red"),
        STATEMENT.to_bytes() + b" ",
        b"tally/statement/v1\n{}",
        b"tally/decision/v1\n" + b" " * MAX_STATEMENT_BYTES,
    ],
)
def test_other_spelling_field_length_or_version_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidEncoding):
        parse_decision(data)


def test_decision_is_never_taken_for_an_agreements_statement() -> None:
    with pytest.raises(InvalidEncoding) as refused:
        parse_statement(STATEMENT.to_bytes())
    assert refused.value.code == "statement.unknown-version"


def signed(key: AnySigner, statement: DecisionStatement) -> Signature:
    if isinstance(key, EvmSigner):
        value = key.sign_digest(typed_digest(*statement.typed_data()))
    else:
        value = key.sign(statement.to_bytes())
    return Signature(key.public.suite, key.public.key_id, value)


@pytest.mark.parametrize("suite", [Suite.ED25519, Suite.SECP256K1, Suite.EIP712])
def test_signature_holds_for_these_bytes_only(suite: Suite) -> None:
    key = open_signer(suite, b"\x11" * 32, purpose="test")
    own = replace(STATEMENT, key_id=key.public.key_id)
    signature = signed(key, own)
    check_statement_signature(own, signature, key.public)
    with pytest.raises(VerificationFailed):
        check_statement_signature(replace(own, amount_minor="4000001"), signature, key.public)
