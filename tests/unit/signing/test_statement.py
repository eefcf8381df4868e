"""Statements: one byte form, strict parsing, every field bound."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.canonical import Json, decode, encode
from signing.errors import InvalidEncoding
from signing.statement import Statement, parse_statement
from signing.statement_parts import MAX_STATEMENT_BYTES, Head, SeenCheckpoint
from signing.typed_data import typed_digest

STATEMENT = Statement(
    agreement="0193b2a4-7c1e-7d2a-9f00-5a1b2c3d4e5f",
    document_sha256=b"\x01" * 32,
    document_bytes=101_900,
    terms_sha256=b"\x02" * 32,
    consent_sha256=b"\x03" * 32,
    signer="p-7f31",
    role="borrower",
    key_id="ed25519:" + "0a" * 16,
    head=Head(3, b"\x04" * 32),
    checkpoint=SeenCheckpoint(512, b"\x05" * 32),
    chain_id=1337,
    log="log.example/harbour",
    nonce=b"\x06" * 32,
    expires_at="2026-11-23T15:04:05.123Z",
)
PREFIX = b"tally/statement/v1\n"
# The exact bytes, written out once: a change of any of them is a new version of the format.
LITERAL = PREFIX + (
    b'{"agreement":"0193b2a4-7c1e-7d2a-9f00-5a1b2c3d4e5f","chain_id":1337,"checkpoint":{"root":"'
    + b"05" * 32
    + b'","size":512},'
    b'"consent_sha256":"' + b"03" * 32 + b'","document_bytes":101900,"document_sha256":"' + b"01" * 32 + b'",'
    b'"expires_at":"2026-11-23T15:04:05.123Z","head":{"leaf":"' + b"04" * 32 + b'","n":3},'
    b'"key_id":"ed25519:'
    + b"0a" * 16
    + b'","log":"log.example/harbour","nonce":"'
    + b"06" * 32
    + b'","role":"borrower",'
    b'"signer":"p-7f31","terms_sha256":"' + b"02" * 32 + b'"}'
)
OTHERS: list[dict[str, Any]] = [
    {"agreement": "another"},
    {"document_sha256": b"\x09" * 32},
    {"document_bytes": 1},
    {"terms_sha256": b"\x09" * 32},
    {"consent_sha256": b"\x09" * 32},
    {"signer": "p-7f32"},
    {"role": "guarantor"},
    {"key_id": "ed25519:" + "0b" * 16},
    {"head": Head(4, b"\x04" * 32)},
    {"head": Head(3, b"\x09" * 32)},
    {"checkpoint": SeenCheckpoint(513, b"\x05" * 32)},
    {"checkpoint": SeenCheckpoint(512, b"\x09" * 32)},
    {"chain_id": 1},
    {"log": "log.example/other"},
    {"nonce": b"\x09" * 32},
    {"expires_at": "2026-11-23T15:04:05.124Z"},
]


def test_statement_has_exactly_these_bytes() -> None:
    assert STATEMENT.to_bytes() == LITERAL
    assert STATEMENT.digest == hashlib.sha256(LITERAL).digest()


def test_statement_survives_its_bytes() -> None:
    assert parse_statement(LITERAL) == STATEMENT


@pytest.mark.parametrize("other", OTHERS, ids="-".join)
def test_every_field_changes_what_a_pen_and_a_wallet_sign(other: dict[str, Any]) -> None:
    changed = replace(STATEMENT, **other)

    assert changed.digest != STATEMENT.digest
    assert typed_digest(*changed.typed_data()) != typed_digest(*STATEMENT.typed_data())


@given(st.integers(0, len(LITERAL) - 1), st.integers(0, 255))
def test_no_two_byte_strings_are_one_statement(place: int, byte: int) -> None:
    changed = LITERAL[:place] + bytes([byte]) + LITERAL[place + 1 :]
    try:
        parsed = parse_statement(changed)
    except InvalidEncoding:
        return
    assert parsed.to_bytes() == changed


@pytest.mark.parametrize(
    "wrong",
    [
        {"agreement": ""},
        {"agreement": "a" * 201},
        {"signer": "two\nlines"},
        {"signer": "right\u202eleft"},
        {"role": " borrower"},
        {"log": "\x00"},
        {"document_sha256": bytes(31)},
        {"nonce": bytes(33)},
        {"document_bytes": 0},
        {"document_bytes": 2**53},
        {"chain_id": -1},
        {"key_id": "ed25519:short"},
        {"expires_at": "2026-11-23T15:04:05Z"},
        {"expires_at": "2026-02-30T15:04:05.123Z"},
        {"expires_at": "2026-11-23T15:04:05.123+01:00"},
        {"expires_at": "२०२६-11-23T15:04:05.123Z"},
    ],
)
def test_statement_with_a_field_out_of_its_form_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidEncoding) as caught:
        replace(STATEMENT, **wrong)

    assert caught.value.code == "statement.malformed"


@pytest.mark.parametrize(("n", "leaf"), [(0, bytes(32)), (1, bytes(31))])
def test_head_and_checkpoint_without_number_or_hash_are_refused(n: int, leaf: bytes) -> None:
    for shape in (Head, SeenCheckpoint):
        with pytest.raises(InvalidEncoding):
            shape(n, leaf)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("chain_id", "1337"),
        ("chain_id", True),
        ("document_bytes", None),
        ("signer", 7),
        ("head", []),
        ("head", {"n": 3}),
        ("checkpoint", {"size": 1, "root": "00" * 32, "time": 1}),
        ("nonce", "0x" + "06" * 31),
        ("nonce", "A6" * 32),
    ],
)
def test_bytes_with_a_member_of_another_type_are_refused(name: str, value: Json) -> None:
    members = decode(LITERAL[len(PREFIX) :])
    assert isinstance(members, dict)

    assert refusal(PREFIX + encode({**members, name: value})) == "statement.malformed"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "statement.unknown-version"),
        (LITERAL.replace(b"v1", b"v2", 1), "statement.unknown-version"),
        (LITERAL[len(PREFIX) :], "statement.unknown-version"),
        (PREFIX + b"[]", "statement.malformed"),
        (PREFIX + b"{}", "statement.malformed"),
        (LITERAL[:-1] + b',"x":1}', "statement.malformed"),
        (LITERAL + b"\n", "encoding.not-canonical"),
        (LITERAL.replace(b":1337", b": 1337"), "encoding.not-canonical"),
        (LITERAL.replace(b":1337", b":1337.0"), "encoding.float"),
        (LITERAL[:-1] + b',"terms_sha256":"' + b"02" * 32 + b'"}', "encoding.duplicate-key"),
        (LITERAL[:-1], "encoding.not-json"),
        (PREFIX + b" " * MAX_STATEMENT_BYTES, "statement.too-large"),
    ],
)
def test_bytes_in_another_spelling_are_refused(data: bytes, code: str) -> None:
    assert refusal(data) == code


def test_largest_possible_statement_is_within_the_limit() -> None:
    widest = replace(
        STATEMENT,
        agreement="\U00020bb7" * 200,
        signer="\U00020bb7" * 200,
        role="\U00020bb7" * 200,
        log="\U00020bb7" * 200,
    )

    assert parse_statement(widest.to_bytes()) == widest


def refusal(data: bytes) -> str:
    with pytest.raises(InvalidEncoding) as caught:
        parse_statement(data)
    return caught.value.code
