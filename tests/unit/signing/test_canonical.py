import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from signing.canonical import MAX_DEPTH, MAX_SAFE_INTEGER, Json, decode, encode
from signing.errors import InvalidEncoding
from support.shared_data import vectors

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
INTEGERS = st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER)
PLAIN: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | INTEGERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def test_published_vectors_are_encoded_byte_for_byte() -> None:
    folder = vectors("rfc8785-jcs")
    names = sorted(path.name for path in (folder / "input").iterdir())
    assert len(names) == 6
    for name in names:
        value = json.loads((folder / "input" / name).read_bytes())
        assert encode(value) == (folder / "output" / name).read_bytes(), name


@given(PLAIN)
def test_both_encoders_write_the_same_bytes(value: Json) -> None:
    assert encode(value) == rfc8785.dumps(value)


@given(PLAIN)
def test_what_is_encoded_is_decoded(value: Json) -> None:
    assert decode(encode(value)) == value


def test_keys_are_ordered_by_utf_16_units() -> None:
    assert encode({"\ue000": 1, "\U00010000": 2}) == '{"\U00010000":2,"\ue000":1}'.encode()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", {"\ud800": 1}, 2**53, -(2**53), [10**30]])
def test_a_value_without_canonical_form_is_refused(value: Json) -> None:
    with pytest.raises(InvalidEncoding) as refusal:
        encode(value)
    assert refusal.value.code == "encoding.not-encodable"


def test_a_key_that_is_not_text_is_refused() -> None:
    with pytest.raises(InvalidEncoding):
        encode({1: "a"})  # type: ignore[dict-item]  # what a caller without types could pass


def test_a_value_that_contains_itself_is_refused() -> None:
    ring: list[Json] = []
    ring.append(ring)
    with pytest.raises(InvalidEncoding) as refusal:
        encode(ring)
    assert refusal.value.code == "encoding.not-encodable"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "encoding.not-json"),
        (b"\xff", "encoding.not-json"),
        (b"{", "encoding.not-json"),
        (b"1" * 5000, "encoding.not-json"),
        (b"[" * 200_000, "encoding.not-json"),
        (b"1.0", "encoding.float"),
        (b"1e3", "encoding.float"),
        (b"NaN", "encoding.float"),
        (b"[-Infinity]", "encoding.float"),
        (b'{"a":1,"a":1}', "encoding.duplicate-key"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "encoding.too-deep"),
        (b"9007199254740992", "encoding.not-encodable"),
        (b'"\\ud800"', "encoding.not-encodable"),
        (b" 1", "encoding.not-canonical"),
        (b'{"b":1,"a":1}', "encoding.not-canonical"),
        (b'"\\u0041"', "encoding.not-canonical"),
        (b'"\\/"', "encoding.not-canonical"),
        (b"-0", "encoding.not-canonical"),
        (b"\xef\xbb\xbf1", "encoding.not-json"),
    ],
)
def test_anything_but_the_canonical_bytes_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(InvalidEncoding) as refusal:
        decode(data)
    assert refusal.value.code == code


def test_the_deepest_value_allowed_is_decoded() -> None:
    deepest = b"[" * (MAX_DEPTH - 1) + b"]" * (MAX_DEPTH - 1)
    assert encode(decode(deepest)) == deepest
