"""Strict RLP: known answers, agreement with the `rlp` library, refusal of every other spelling."""

import pytest
import rlp as other
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.evidence import rlp
from ledger.errors import VerificationFailed

ITEMS = st.recursive(
    st.binary(max_size=70),
    lambda children: st.lists(children, max_size=5).map(tuple),
    max_leaves=12,
)


def depth(item: rlp.Item) -> int:
    return 1 if isinstance(item, bytes) else 1 + max((depth(child) for child in item), default=0)


def tuples(item: object) -> rlp.Item:
    return item if isinstance(item, bytes) else tuple(tuples(child) for child in item)  # type: ignore[attr-defined]  # rlp's own lists


def code_of(data: bytes) -> str:
    with pytest.raises(VerificationFailed) as caught:
        rlp.decode(data)
    return caught.value.code


@pytest.mark.parametrize(
    ("item", "hexadecimal"),
    [
        (b"dog", "83646f67"),
        ((b"cat", b"dog"), "c88363617483646f67"),
        (b"", "80"),
        ((), "c0"),
        (b"\x0f", "0f"),
        (b"\x04\x00", "820400"),
        (b"\x80", "8180"),
        (((), ((),), ((), ((),))), "c7c0c1c0c3c0c1c0"),
        (b"a" * 56, "b838" + "61" * 56),
        ((b"a" * 56,), "f83ab838" + "61" * 56),
    ],
)
def test_known_items_have_their_known_bytes(item: rlp.Item, hexadecimal: str) -> None:
    assert rlp.encode(item).hex() == hexadecimal
    assert rlp.decode(bytes.fromhex(hexadecimal)) == item


@pytest.mark.parametrize(
    "hexadecimal",
    [
        "",
        "8100", "817f",  # a small byte with a length
        "b80161", "b837" + "61" * 55,  # a short length in the long form
        "f800", "f837" + "61" * 55,
        "b90038" + "61" * 56, "b900", "f9",  # a length with a leading zero, or cut off
        "83646f", "c88363617483646f", "c2", "c183",
        "83646f6700", "c000",  # more bytes after the item
        "c4c4c0c0c0c0", "c182646f",  # a child that is longer than its parent
        "bfffffffffffffffff", "ffffffffffffffffff",  # a length past any memory
        "c6c5c4c3c2c1c0",  # too deep
    ],
)  # fmt: skip
def test_bytes_that_are_not_canonical_are_refused(hexadecimal: str) -> None:
    assert code_of(bytes.fromhex(hexadecimal)) == "rlp.malformed"


def test_item_at_the_size_limit_is_read_and_one_past_it_is_refused() -> None:
    longest = rlp.MAX_BYTES - 3
    assert rlp.decode(rlp.encode(bytes(longest))) == bytes(longest)
    assert code_of(rlp.encode(bytes(longest + 1))) == "rlp.malformed"


@settings(deadline=None)
@given(ITEMS)
def test_encoding_agrees_with_the_other_library_and_comes_back(item: rlp.Item) -> None:
    data = rlp.encode(item)
    assert data == other.encode(item)
    if depth(item) <= rlp.MAX_DEPTH:
        assert rlp.decode(data) == item


@settings(deadline=None)
@given(
    st.binary(max_size=80)
    | ITEMS.map(rlp.encode).flatmap(lambda data: st.binary(max_size=3).map(lambda more: data[:-1] + more))
)
def test_decoding_accepts_nothing_that_the_other_library_refuses(data: bytes) -> None:
    try:
        item = rlp.decode(data)
    except VerificationFailed:
        return
    assert tuples(other.decode(data, strict=True)) == item
    assert rlp.encode(item) == data


@pytest.mark.parametrize("item", [b"", (), (b"a",), (b"a", b"b", b"c", b"d"), (b"a", (b"b",))])
def test_list_of_the_wrong_shape_is_refused(item: rlp.Item) -> None:
    with pytest.raises(VerificationFailed):
        rlp.strings(item, least=2, most=3)


def test_list_of_strings_is_read() -> None:
    assert rlp.strings((b"a", b"b"), least=2, most=3) == (b"a", b"b")


@pytest.mark.parametrize(("field", "value"), [(b"", 0), (b"\x01", 1), (b"\x01\x00", 256)])
def test_integer_is_read(field: bytes, value: int) -> None:
    assert rlp.integer(field, max_bytes=2) == value


@pytest.mark.parametrize("field", [b"\x00", b"\x00\x01", b"\x01\x00\x00"])
def test_integer_with_a_leading_zero_or_too_long_is_refused(field: bytes) -> None:
    with pytest.raises(VerificationFailed):
        rlp.integer(field, max_bytes=2)
