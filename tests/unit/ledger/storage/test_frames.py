import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import VerificationFailed
from ledger.storage.frames import FRAME, SALT, SEALED_FRAME, TAG, seal, seal_stream, unseal, unseal_stream

KEY = bytes(range(32))
HEADER = b"header"
START = len(TAG) + SALT


def counting(n: int) -> bytes:
    return bytes(i % 256 for i in range(n))


def refused(sealed: bytes, key: bytes = KEY, header: bytes = HEADER) -> None:
    with pytest.raises(VerificationFailed) as error:
        unseal(key, sealed, header=header)
    assert error.value.code == "document.wrong-key-or-altered"


@pytest.mark.parametrize("size", [0, 1, FRAME - 1, FRAME, FRAME + 1, 2 * FRAME, 3 * FRAME + 5])
def test_what_was_sealed_is_unsealed(size: int) -> None:
    data = bytes(size)
    assert unseal(KEY, seal(KEY, data, header=HEADER), header=HEADER) == data


def test_the_format_is_the_documented_one() -> None:
    sealed = seal(KEY, b"contract", header=HEADER, random=counting)
    assert sealed.startswith(TAG + counting(SALT))
    assert len(sealed) == START + len(b"contract") + 16


@given(st.lists(st.binary(max_size=50)), st.integers(1, 40))
def test_chunking_makes_no_difference(chunks: list[bytes], step: int) -> None:
    sealed = b"".join(seal_stream(KEY, chunks, header=HEADER))
    pieces = [sealed[i : i + step] for i in range(0, len(sealed), step)]
    assert b"".join(unseal_stream(KEY, pieces, header=HEADER)) == b"".join(chunks)


def test_equal_documents_are_sealed_differently() -> None:
    assert seal(KEY, b"same", header=HEADER) != seal(KEY, b"same", header=HEADER)


def test_another_key_is_refused() -> None:
    refused(seal(KEY, b"data", header=HEADER), key=bytes(32))


def test_another_header_is_refused() -> None:
    refused(seal(KEY, b"data", header=HEADER), header=b"other")


def test_every_flipped_bit_is_refused() -> None:
    sealed = seal(KEY, b"short document", header=HEADER)
    for bit in range(len(sealed) * 8):
        altered = bytearray(sealed)
        altered[bit // 8] ^= 1 << bit % 8
        refused(bytes(altered))


def test_every_truncation_of_a_short_file_is_refused() -> None:
    sealed = seal(KEY, b"short document", header=HEADER)
    for length in range(len(sealed)):
        refused(sealed[:length])


def test_frames_cut_off_moved_repeated_or_added_are_refused() -> None:
    data = bytes([1]) * FRAME + bytes([2]) * FRAME + b"end"
    sealed = seal(KEY, data, header=HEADER)
    start, body = sealed[:START], sealed[START:]
    first, second, last = body[:SEALED_FRAME], body[SEALED_FRAME : 2 * SEALED_FRAME], body[2 * SEALED_FRAME :]
    for frames in (first, first + second, second + first + last, first + last, first + first + second + last):
        refused(start + frames)
    refused(sealed + b"x")
    refused(sealed + last)
    refused(start + first + second + last[:-16])


def test_frames_of_another_file_under_the_same_key_are_refused() -> None:
    one, two = (seal(KEY, bytes([n]) * FRAME + b"end", header=HEADER) for n in (1, 2))
    refused(one[: START + SEALED_FRAME] + two[START + SEALED_FRAME :])
