"""The room that is kept for a signature or time stamp in a sealed file: it holds the container and nothing else."""

from typing import Any

import pytest
from asn1crypto import x509

from signing.pdf.child import sealed_objects
from signing.pdf.child.question import Question, Roots
from signing.pdf.child.sealed import judge_sealed
from support.in_turn import IN_TURN
from support.sealed_pdfs import CHECKED_AT, honest, sealer


def codes(data: bytes) -> set[str]:
    believed = (x509.Certificate.load(sealer().root),)
    found: dict[str, Any] = judge_sealed(data, Question(Roots(believed, believed), (), CHECKED_AT, 9, None), IN_TURN)
    return {code for code, _ in found["reasons"]}


def last_container(data: bytes) -> tuple[int, int]:
    """Return where the last time stamp's container begins and ends: nothing covers it but itself."""
    start = data.rindex(b"/Contents <") + len(b"/Contents <")
    return start, data.index(b">", start)


@pytest.mark.parametrize("written", [b"41", b"0a"])
def test_room_kept_for_a_time_stamp_may_hold_nothing_else(written: bytes) -> None:
    data = honest()
    _, end = last_container(data)

    assert codes(data[: end - 8] + written + data[end - 6 :]) == {"sealed.byte-range"}


def test_digits_of_a_container_are_written_in_one_case() -> None:
    data = honest()
    start, end = last_container(data)
    place = next(place for place in range(start, end) if data[place : place + 1].isalpha())
    turned = data[:place] + data[place : place + 1].swapcase() + data[place + 1 :]

    assert codes(turned) == {"sealed.byte-range"}


@pytest.mark.parametrize(
    ("container", "length"), [(b"\x30\x03abc00", 5), (b"\x30\x81\x03abc", 6), (b"\x30\x82\x01\x00", 260)]
)
def test_length_of_a_container_is_read_in_both_forms(container: bytes, length: int) -> None:
    assert sealed_objects._length(container) == length  # noqa: SLF001 - real containers have one form only
