from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from signing.envelope import tagged_bytes, tagged_hash


def test_the_tag_is_a_line_before_the_payload() -> None:
    assert tagged_bytes("statement", b"{}") == b"tally/statement/v1\n{}"
    assert tagged_bytes("directory", b"{}") != tagged_bytes("statement", b"{}")


def test_tag_and_parts_are_prefixed_by_their_length() -> None:
    expected = sha256((12).to_bytes(8, "big") + b"tally/key/v1" + (2).to_bytes(8, "big") + b"ab").digest()
    assert tagged_hash("key", b"ab") == expected


@given(st.lists(st.binary(max_size=4), max_size=3), st.lists(st.binary(max_size=4), max_size=3))
def test_only_equal_lists_of_parts_have_equal_hashes(left: list[bytes], right: list[bytes]) -> None:
    assert (tagged_hash("a", *left) == tagged_hash("a", *right)) == (left == right)
    assert tagged_hash("a", *left) != tagged_hash("b", *left)
