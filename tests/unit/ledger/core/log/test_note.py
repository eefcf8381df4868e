import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.log.note import (
    ED25519,
    MAX_SIGNATURES,
    Note,
    NoteSignature,
    VerifierKey,
    format_note,
    parse_note,
    sign_note,
    verify_note,
)
from ledger.errors import InvalidInput, VerificationFailed
from support.fixed_keys import ORIGIN, private_key, verifier_key
from support.shared_data import vectors
from support.trees import flip

TEXT = "first line\n\nthird line\n"
WITNESS = "witness.example"


def _note(*names: str) -> bytes:
    return format_note(Note(TEXT, tuple(sign_note(TEXT, verifier_key(name), private_key(name).sign) for name in names)))


def test_the_published_note_verifies_under_its_published_key() -> None:
    vector = json.loads((vectors("signed-note") / "c2sp-signed-note-example.json").read_text())
    key = VerifierKey.parse(vector["vkey"])
    assert key.encode() == vector["vkey"]
    note = parse_note(vector["note"].encode())
    assert verify_note(note, (key,)) == (key,)
    assert note.text == "This is an example message.\n"
    assert format_note(note) == vector["note"].encode()


def test_all_known_keys_are_named_once_in_the_order_of_the_lines() -> None:
    note = parse_note(_note(WITNESS, ORIGIN, WITNESS))
    assert verify_note(note, (verifier_key(), verifier_key(WITNESS))) == (verifier_key(WITNESS), verifier_key())


def test_unknown_keys_are_ignored_even_under_a_known_name() -> None:
    stranger = NoteSignature(ORIGIN, b"\x00\x01\x02\x03", b"junk")
    data = format_note(Note(TEXT, (stranger, *parse_note(_note(ORIGIN, WITNESS)).signatures)))
    assert verify_note(parse_note(data), (verifier_key(),)) == (verifier_key(),)


@pytest.mark.parametrize("keys", [(), (verifier_key("other.example"),)])
def test_a_note_without_a_known_key_is_refused(keys: tuple[VerifierKey, ...]) -> None:
    with pytest.raises(VerificationFailed) as refusal:
        verify_note(parse_note(_note(ORIGIN)), keys)
    assert refusal.value.code == "note.no-known-key"


def test_a_bad_signature_of_a_known_key_refuses_the_whole_note() -> None:
    good = parse_note(_note(ORIGIN, WITNESS))
    bad = NoteSignature(WITNESS, verifier_key(WITNESS).key_hash, bytes(64))
    with pytest.raises(VerificationFailed) as refusal:
        verify_note(Note(TEXT, (*good.signatures, bad)), (verifier_key(), verifier_key(WITNESS)))
    assert refusal.value.code == "note.bad-signature"


def test_a_signer_that_does_not_hold_the_key_is_found_at_once() -> None:
    with pytest.raises(VerificationFailed) as refusal:
        sign_note(TEXT, verifier_key(), private_key(WITNESS).sign)
    assert refusal.value.code == "note.bad-signature"


def test_every_flipped_bit_of_a_note_is_refused() -> None:
    data = _note(ORIGIN)
    for bit in range(len(data) * 8):
        with pytest.raises(VerificationFailed):
            verify_note(parse_note(flip(data, bit)), (verifier_key(),))


LINE = "— a.example AAAAAAA=\n"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "note.malformed"),
        (b"text\n", "note.malformed"),
        (b"text\n\n", "note.malformed"),
        (f"text\n{LINE}".encode(), "note.malformed"),
        (f"text\n\n{LINE[:-1]}".encode(), "note.malformed"),
        (f"text\r\n\n{LINE}".encode(), "note.malformed"),
        (f"te\txt\n\n{LINE}".encode(), "note.malformed"),
        (b"\xff\n\n" + LINE.encode(), "note.malformed"),
        (f"text\n\n{LINE}\n".encode(), "note.malformed"),
        (b"text\n\n- a.example AAAAAAA=\n", "note.malformed"),
        ("text\n\n—a.example AAAAAAA=\n".encode(), "note.malformed"),
        ("text\n\n— a.example\n".encode(), "note.malformed"),
        ("text\n\n—  AAAAAAA=\n".encode(), "note.malformed"),
        ("text\n\n— a+b AAAAAAA=\n".encode(), "note.malformed"),
        ("text\n\n— a.example AAAAAAA= \n".encode(), "note.malformed"),
        ("text\n\n— a.example AAAAAAA\n".encode(), "note.malformed"),
        ("text\n\n— a.example AAAAAAB=\n".encode(), "note.malformed"),
        ("text\n\n— a.example AAAA_AA=\n".encode(), "note.malformed"),
        ("text\n\n— a.example ÄAAAAAA=\n".encode(), "note.malformed"),
        ("text\n\n— a.example AAAAAA==\n".encode(), "note.malformed"),
        (f"text\n\n{LINE * (MAX_SIGNATURES + 1)}".encode(), "note.too-large"),
        (b"a" * 100_000 + f"\n\n{LINE}".encode(), "note.too-large"),
    ],
)
def test_a_malformed_note_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(VerificationFailed) as refusal:
        parse_note(data)
    assert refusal.value.code == code


LINE_SIGNATURE = NoteSignature("a.example", bytes(4), b"\x00")


@pytest.mark.parametrize("text", ["text\n", "text\n\n", "text\n\n" + LINE, "\n"])
def test_a_text_that_looks_like_signatures_stays_text(text: str) -> None:
    note = Note(text, (LINE_SIGNATURE,))
    assert parse_note(format_note(note)) == note


@pytest.mark.parametrize(
    "note",
    [
        Note("a", (LINE_SIGNATURE,)),
        Note("a\n\nb", (LINE_SIGNATURE,)),
        Note("a\n\n" + LINE[:-1], (LINE_SIGNATURE,)),
        Note("a\n", ()),
        Note("a\n", (NoteSignature("a.example", bytes(3), bytes(2)),)),
    ],
)
def test_a_note_that_would_be_read_back_otherwise_is_not_written(note: Note) -> None:
    with pytest.raises(VerificationFailed) as refusal:
        format_note(note)
    assert refusal.value.code == "note.malformed"


@given(st.text("abc./-", min_size=1, max_size=40))
def test_a_key_is_read_back_from_its_text(name: str) -> None:
    assert VerifierKey.parse(verifier_key(name).encode()) == verifier_key(name)


@pytest.mark.parametrize("raw", [b"", bytes(31), bytes(32), bytes(33), b"\xff" * 32])
def test_a_key_that_is_no_point_of_large_order_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidInput) as refusal:
        VerifierKey("log.example", ED25519, raw)
    assert refusal.value.code == "key.malformed"


GOOD = verifier_key().encode()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "key.malformed"),
        (GOOD.replace("+", "-"), "key.malformed"),
        (GOOD.replace("log", "lag"), "key.malformed"),
        (GOOD + "\n", "key.malformed"),
        (GOOD[:-1] + "*", "key.malformed"),
        ("a b" + GOOD.removeprefix(ORIGIN), "key.malformed"),
        ("name+00000000+", "key.malformed"),
        ("name+00000000+AQID", "key.malformed"),
        ("name+00000000+BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "key.unsupported"),
    ],
)
def test_a_malformed_key_is_refused(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        VerifierKey.parse(text)
    assert refusal.value.code == code
