from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.log.commitment import Opening, check_opening, commit
from ledger.errors import InvalidInput, VerificationFailed
from signing.canonical import Json
from support.entries import drafted

SALT = bytes(range(32))
ID = "01936f2e-8a40-7c11-b1aa-5d0c3e9f7a21"
SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(exclude_categories=["Cs"]))
)
VALUES: st.SearchStrategy[Json] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
    max_leaves=5,
)


def test_a_commitment_is_the_hash_that_the_format_says() -> None:
    parts = [b"tally/commitment/v1", ID.encode(), b"amount", SALT, b'{"currency":"CNY","minor":"100"}']
    expected = sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).hexdigest()
    assert commit(entry_id=ID, field="amount", salt=SALT, value={"minor": "100", "currency": "CNY"}) == expected


@given(VALUES)
def test_every_opening_opens_its_own_field_and_survives_json(value: Json) -> None:
    entry, openings = drafted(private={"amount": value})
    for opening in openings:
        check_opening(entry, opening)
        assert Opening.from_json(opening.to_json()) == opening


@pytest.mark.parametrize(
    "change",
    [
        {"entry_id": ID[:-1] + "2"},
        {"field": "amounts"},
        {"salt": bytes(32)},
        {"value": "101"},
        {"value": 100},
        {"value": None},
    ],
)
def test_another_entry_field_salt_or_value_gives_another_commitment(change: dict[str, object]) -> None:
    given_parts: dict[str, object] = {"entry_id": ID, "field": "amount", "salt": SALT, "value": "100"}
    changed = given_parts | change
    assert commit(**given_parts) != commit(**changed)  # type: ignore[arg-type]  # the parts are typed where they are written


@pytest.mark.parametrize(
    ("opening", "code"),
    [
        (Opening("amount", SALT, "wrong salt"), "commitment.differs"),
        (Opening("document", SALT, "of another document"), "commitment.differs"),
        (Opening("salary", SALT, 1), "commitment.unknown-field"),
        (Opening("pages", SALT, 12), "commitment.unknown-field"),
        (Opening("amount", SALT, 1.5), "commitment.value"),
    ],
)
def test_an_opening_of_something_else_is_refused(opening: Opening, code: str) -> None:
    entry, _ = drafted()
    with pytest.raises(VerificationFailed) as refusal:
        check_opening(entry, opening)
    assert refusal.value.code == code
    assert refusal.value.field == opening.field


@pytest.mark.parametrize("value", [1.5, float("nan"), 2**53, "x" * 65_536, "\ud800", [[[[1e30]]]]])
def test_a_value_that_no_receipt_could_carry_is_refused(value: Json) -> None:
    with pytest.raises(InvalidInput) as refusal:
        commit(entry_id=ID, field="amount", salt=SALT, value=value)
    assert refusal.value.code == "commitment.value"


@pytest.mark.parametrize("salt", [b"", bytes(31), bytes(33)])
def test_a_salt_of_another_length_is_refused(salt: bytes) -> None:
    with pytest.raises(InvalidInput) as refusal:
        commit(entry_id=ID, field="amount", salt=salt, value=1)
    assert refusal.value.code == "commitment.salt"
    with pytest.raises(InvalidInput):
        Opening("amount", salt, 1)


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"field": "a", "salt": SALT.hex()},
        {"field": "a", "salt": SALT.hex(), "value": 1, "more": 1},
        {"field": 1, "salt": SALT.hex(), "value": 1},
        {"field": "a", "salt": 1, "value": 1},
        {"field": "a", "salt": SALT.hex().upper(), "value": 1},
        {"field": "a", "salt": "zz" * 32, "value": 1},
        {"field": "a", "salt": SALT.hex()[2:], "value": 1},
        {"field": "", "salt": SALT.hex(), "value": 1},
        {"field": "a" * 65, "salt": SALT.hex(), "value": 1},
    ],
)
def test_a_malformed_opening_is_refused(value: Json) -> None:
    with pytest.raises(VerificationFailed) as refusal:
        Opening.from_json(value)
    assert refusal.value.code == "commitment.malformed"
