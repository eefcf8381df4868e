import subprocess
import sys
from pathlib import Path

import pytest

from signing.errors import InvalidEncoding
from signing.oprf import group
from signing.oprf.group import Scalar
from support.oprf import scalar_named

ORDER = 2**252 + 27742317777372353535851937790883648493
PRIME = 2**255 - 19
FACTOR = scalar_named("factor")


def code(error: pytest.ExceptionInfo[InvalidEncoding]) -> str:
    return error.value.code


@pytest.mark.parametrize(
    "data",
    [
        bytes(32),  # the identity
        b"",
        bytes(31),
        bytes(33),
        (PRIME + 2).to_bytes(32, "little"),  # non-canonical: not reduced
        b"\xff" * 32,
        (1).to_bytes(32, "little"),  # negative: RFC 9496 appendix A.3
        bytes.fromhex("ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20"),
        bytes.fromhex("26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371"),  # not on the curve
    ],
)
def test_an_element_in_any_other_spelling_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidEncoding) as error:
        group.element(data)
    assert code(error) == "element.malformed"


def test_the_generator_s_multiples_are_elements() -> None:
    assert group.element(group.times_base(FACTOR)) == group.times_base(FACTOR)


@pytest.mark.parametrize("number", [0, ORDER, ORDER + 1, 2**256 - 1])
def test_a_scalar_out_of_range_is_refused(number: int) -> None:
    with pytest.raises(InvalidEncoding) as error:
        group.scalar(number.to_bytes(32, "little"))
    assert code(error) == "scalar.malformed"


def test_a_scalar_of_another_length_is_refused() -> None:
    with pytest.raises(InvalidEncoding):
        group.scalar(bytes(31))


@pytest.mark.parametrize("number", [1, 2, ORDER - 1])
def test_scalars_in_range_are_taken(number: int) -> None:
    assert group.scalar(number.to_bytes(32, "little")) == number.to_bytes(32, "little")


def test_a_product_that_is_the_identity_is_refused() -> None:
    zero = Scalar(bytes(32))
    with pytest.raises(InvalidEncoding):
        group.times(zero, group.times_base(FACTOR))
    with pytest.raises(InvalidEncoding):
        group.times_base(zero)


def test_zero_has_no_inverse() -> None:
    with pytest.raises(InvalidEncoding) as error:
        group.invert(Scalar(bytes(32)))
    assert code(error) == "scalar.malformed"


def test_arithmetic_agrees_with_whole_numbers() -> None:
    other = scalar_named("other")
    left, right = int.from_bytes(FACTOR, "little"), int.from_bytes(other, "little")
    for found, expected in (
        (group.add(FACTOR, other), left + right),
        (group.subtract(FACTOR, other), left - right),
        (group.multiply(FACTOR, other), left * right),
        (group.invert(FACTOR), pow(left, -1, ORDER)),
    ):
        assert int.from_bytes(found, "little") == expected % ORDER


def test_sums_of_elements_follow_sums_of_scalars() -> None:
    other = scalar_named("other")
    assert group.plus(group.times_base(FACTOR), group.times_base(other)) == group.times_base(group.add(FACTOR, other))
    assert group.total([]) == bytes(32)


def test_a_process_leaves_no_copy_of_the_library_behind(tmp_path: Path) -> None:
    use = "from signing.oprf.group import scalar, times_base; times_base(scalar((7).to_bytes(32, 'little')))"
    subprocess.run([sys.executable, "-c", use], env={"TMPDIR": str(tmp_path)}, check=True)
    assert not list(tmp_path.iterdir())
