import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.log.commitment import check_opening
from ledger.core.log.entry import (
    ENTRY_TYPES,
    Actor,
    Subject,
    directory_payload,
    draft_entry,
    parse_entry,
    read_trusted_entry,
    signed_part,
    with_signature,
)
from ledger.errors import InvalidInput, VerificationFailed
from signing.canonical import Json, encode
from support.entries import draft, drafted, salts
from support.trees import flip

ENTRY, OPENINGS = drafted()
DATA = ENTRY.to_bytes()
JSON: dict[str, Json] = json.loads(DATA)


def _with(place: str, value: Json) -> bytes:
    changed = json.loads(DATA)
    target = changed
    *way, last = place.split("/")
    for step in way:
        target = target[step]
    target[last] = value
    return encode(changed)


def test_an_entry_is_read_back_from_its_bytes() -> None:
    assert parse_entry(DATA) == ENTRY
    assert read_trusted_entry(DATA) == ENTRY
    assert parse_entry(DATA).to_bytes() == DATA
    assert ENTRY.meaning == "One party signed the loan contract."


def test_every_opening_of_a_draft_opens_its_field() -> None:
    assert [opening.field for opening in OPENINGS] == ["document", "amount", "borrower"]
    for opening in OPENINGS:
        check_opening(ENTRY, opening)


def test_no_value_of_a_committed_field_stands_in_the_entry() -> None:
    assert "王小明".encode() not in DATA
    assert b"125000000" not in DATA


def test_the_first_entry_of_a_subject_has_no_entry_before() -> None:
    first, _ = drafted(subject=Subject("agreement", "a", 1, None))
    assert json.loads(first.to_bytes())["subject"]["prev"] is None
    assert parse_entry(first.to_bytes()) == first


def test_an_unknown_type_verifies_but_its_meaning_is_unknown() -> None:
    later = parse_entry(_with("type", "committee.decided-by-lot"))
    assert later.meaning == "meaning unknown"
    assert later.type not in ENTRY_TYPES


def test_every_known_type_can_be_written() -> None:
    for entry_type in ENTRY_TYPES:
        entry, _ = drafted(type=entry_type)
        assert parse_entry(entry.to_bytes()).meaning == ENTRY_TYPES[entry_type]


@pytest.mark.parametrize("version", [0, 2, "1", None, True, [1], "x" * 500])
def test_an_unknown_version_is_refused(version: Json) -> None:
    with pytest.raises(VerificationFailed) as refusal:
        parse_entry(_with("v", version))
    assert refusal.value.code == "entry.version"


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"null", b"1", b'"v"', b"{}", b'{"v":1}', b"\xff", b"{", b'{"v":1}' * 2, b"[" * 8000]
)
def test_what_is_no_entry_at_all_is_refused(data: bytes) -> None:
    for read in (parse_entry, read_trusted_entry):
        with pytest.raises(VerificationFailed) as refusal:
            read(data)
        assert refusal.value.code in {"entry.not-canonical", "entry.version", "entry.fields"}


@pytest.mark.parametrize(
    "place", ["more", "actor/more", "subject/more", "public", "private", "actor", "subject"]
)  # a field too many, or text where an object belongs
def test_another_set_of_fields_is_refused(place: str) -> None:
    with pytest.raises(VerificationFailed) as refusal:
        parse_entry(_with(place, "text"))
    assert refusal.value.code == "entry.fields"


@pytest.mark.parametrize("place", ["type", "id", "at", "log", "institution", "actor", "subject", "public", "private"])
def test_a_missing_field_is_refused(place: str) -> None:
    with pytest.raises(VerificationFailed) as refusal:
        parse_entry(encode({name: value for name, value in JSON.items() if name != place}))
    assert refusal.value.code == "entry.fields"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("type", ""), ("type", "signed"), ("type", "Agreement.signed"), ("type", "agreement."), ("type", "a." + "b" * 63), ("type", 1), ("type", None),
        ("id", ""), ("id", "01936f2e-8a40-4c11-b1aa-5d0c3e9f7a21"), ("id", "01936F2E-8A40-7C11-B1AA-5D0C3E9F7A21"), ("id", "01936f2e8a407c11b1aa5d0c3e9f7a21"),
        ("at", "2026-11-23T15:04:05Z"), ("at", "2026-11-23T15:04:05.123"), ("at", "2026-11-23T15:04:05.123+00:00"), ("at", "2026-02-30T15:04:05.123Z"),
        ("at", "2026-11-23T25:04:05.123Z"), ("at", "2026-11-23 15:04:05.123Z"), ("at", "2026-11-23T15:04:05.123Z\n"), ("at", "٢٠26-11-23T15:04:05.123Z"), ("at", 0),
        ("log", ""), ("log", "a b"), ("log", "a+b"), ("log", "a" * 256), ("log", None),
        ("institution", ""), ("institution", "a b"), ("institution", "a" * 129), ("institution", []),
        ("actor/id", ""), ("actor/id", "王"), ("actor/id", {}), ("actor/role", "Borrower"), ("actor/role", ""), ("actor/role", False),
        ("subject/kind", ""), ("subject/kind", "a.b"), ("subject/id", ""), ("subject/id", 5),
        ("subject/n", 0), ("subject/n", -1), ("subject/n", "3"), ("subject/n", True), ("subject/n", None), ("subject/n", 1),
        ("subject/prev", None), ("subject/prev", ""), ("subject/prev", "ab"), ("subject/prev", "AB" * 32), ("subject/prev", "zz" * 32), ("subject/prev", 5),
        ("public/Pages", 1), ("public/", 1), ("public/" + "a" * 65, 1), ("public/long", "a" * 1025), ("public/deep", [[[[[[[[1]]]]]]]]),
        ("private/amount", "ab"), ("private/amount", "AB" * 32), ("private/amount", None), ("private/amount", 5), ("private/Amount", "ab" * 32),
    ],
)  # fmt: skip
def test_a_value_outside_its_shape_is_refused_and_named(place: str, value: Json) -> None:
    for read in (parse_entry, read_trusted_entry):
        with pytest.raises(VerificationFailed) as refusal:
            read(_with(place, value))
        assert refusal.value.code == "entry.value"
        assert refusal.value.field is not None
        assert refusal.value.field.split(".")[0] == place.partition("/")[0]


@pytest.mark.parametrize("place", ["private/pages", "public/amount"])
def test_one_field_name_in_public_and_private_is_refused(place: str) -> None:
    with pytest.raises(VerificationFailed) as refusal:
        parse_entry(_with(place, "ab" * 32))
    assert refusal.value.code == "entry.fields"


def test_too_many_fields_are_refused() -> None:
    assert parse_entry(_with("public", {f"f{number}": 1 for number in range(30)})).public["f29"] == 1
    with pytest.raises(VerificationFailed) as refusal:
        parse_entry(_with("public", {f"f{number}": 1 for number in range(31)}))
    assert refusal.value.code == "entry.fields"


def test_an_entry_over_8_kb_is_refused_before_it_is_parsed() -> None:
    for read in (parse_entry, read_trusted_entry):
        with pytest.raises(VerificationFailed) as refusal:
            read(b"[" * 8193)
        assert refusal.value.code == "entry.too-large"
    big, _ = drafted(public={f"f{number}": "x" * 1000 for number in range(9)})
    with pytest.raises(InvalidInput) as too_large:
        big.to_bytes()
    assert too_large.value.code == "entry.too-large"


@pytest.mark.parametrize("value", [2**53, "\ud800"])
def test_a_public_value_without_canonical_form_is_refused(value: Json) -> None:
    entry, _ = drafted(public={"odd": value})
    with pytest.raises(InvalidInput) as refusal:
        entry.to_bytes()
    assert refusal.value.code == "entry.value"


@pytest.mark.parametrize("value", [1.5, [{"a": 0.1}]])
def test_a_float_in_public_is_refused(value: Json) -> None:
    with pytest.raises(InvalidInput) as refusal:
        drafted(public={"rate": value})
    assert refusal.value.code == "entry.value"


@pytest.mark.parametrize(
    "spelling",
    [
        DATA + b"\n",
        b" " + DATA,
        DATA.replace(b":", b": ", 1),
        DATA.replace(b'"pages":12', b'"pages":1.2e1'),
        DATA.replace(b'"v":1', b'"v":1,"v":1'),
    ],
)
def test_another_spelling_of_the_same_entry_is_refused(spelling: bytes) -> None:
    assert spelling != DATA
    with pytest.raises(VerificationFailed) as refusal:
        parse_entry(spelling)
    assert refusal.value.code == "entry.not-canonical"


@given(st.integers(0, len(DATA) * 8 - 1))
def test_a_flipped_bit_is_refused_or_is_another_entry(bit: int) -> None:
    changed = flip(DATA, bit)
    try:
        other = parse_entry(changed)
    except VerificationFailed:
        return
    assert other != ENTRY
    assert other.to_bytes() == changed


@pytest.mark.parametrize("given_salts", [b"", salts(2), salts(4)])
def test_salts_of_another_length_than_needed_are_refused(given_salts: bytes) -> None:
    with pytest.raises(InvalidInput) as refusal:
        draft_entry(draft(), given_salts)
    assert refusal.value.code == "entry.salts"


@pytest.mark.parametrize("field", ["public", "private"])
def test_a_committed_field_named_like_another_is_refused(field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        drafted(**{field: {"document": "x"}})
    assert refusal.value.code == "entry.fields"


def test_a_value_of_another_type_is_refused_when_built() -> None:
    with pytest.raises(InvalidInput):
        Actor("", "borrower")
    with pytest.raises(InvalidInput):
        Subject("agreement", "a", 1, bytes(32))
    with pytest.raises(InvalidInput):
        Subject("agreement", "a", 2, bytes(31))


def test_a_directory_signature_covers_all_but_itself() -> None:
    entry, _ = drafted(type="role.granted")
    signed = with_signature(entry, {"suite": "ed25519", "key_id": "ed25519:ab", "value": "00"})
    assert signed_part(signed) == signed_part(entry) == b"tally/directory/v1\n" + entry.to_bytes()
    assert directory_payload(signed) == entry.to_bytes()
    assert parse_entry(signed.to_bytes()).public["signature"] == {
        "suite": "ed25519",
        "key_id": "ed25519:ab",
        "value": "00",
    }
    assert signed_part(with_signature(entry, {"value": "01"})) == signed_part(entry)
    assert signed_part(drafted(type="role.revoked")[0]) != signed_part(entry)
