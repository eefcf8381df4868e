"""t of n: every set of t gives what one key would; a wrong part is named; too few are refused."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signing.errors import InvalidEncoding, VerificationFailed
from signing.oprf import sharing
from signing.oprf.group import times, times_base
from signing.oprf.protocol import blind, evaluate, finalize
from signing.oprf.threshold import MODE, Part, check_part, combine
from support.oprf import part_of, scalar_named, shared_key

INPUTS = [b"first subject", b"second subject"]
BLINDS = [scalar_named("blind 1"), scalar_named("blind 2")]
BLINDED = [blind(MODE, message, factor) for message, factor in zip(INPUTS, BLINDS, strict=True)]
KEY = shared_key(3, 5)


def outputs(parts: list[Part]) -> list[bytes]:
    evaluated = combine(parts, KEY.threshold)
    return [finalize(*triple) for triple in zip(INPUTS, BLINDS, evaluated, strict=True)]


@pytest.mark.parametrize("chosen", list(combinations(range(1, 6), 3)))
def test_every_three_of_five_give_the_single_key_s_output(chosen: tuple[int, ...]) -> None:
    parts = [KEY.part(index, BLINDED) for index in chosen]
    for part in parts:
        check_part(part, BLINDED, KEY.share_keys)
    assert outputs(parts) == [evaluate(MODE, KEY.secret, message) for message in INPUTS]


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 5), st.integers(0, 3), st.binary(max_size=40))
def test_any_threshold_gives_the_single_key_s_output(threshold: int, more: int, message: bytes) -> None:
    key = shared_key(threshold, threshold + more)
    blinded = [blind(MODE, message, BLINDS[0])]
    parts = [key.part(index, blinded) for index in range(threshold + more, more, -1)]
    assert finalize(message, BLINDS[0], combine(parts, threshold)[0]) == evaluate(MODE, key.secret, message)


def test_more_parts_than_needed_do_no_harm() -> None:
    assert outputs([KEY.part(index, BLINDED) for index in range(1, 6)]) == outputs(
        [KEY.part(index, BLINDED) for index in (2, 4, 5)]
    )


def test_two_of_three_parts_are_refused() -> None:
    with pytest.raises(VerificationFailed) as error:
        combine([KEY.part(index, BLINDED) for index in (1, 2)], KEY.threshold)
    assert error.value.code == "evaluation.too-few"


def test_one_evaluator_s_part_three_times_is_refused() -> None:
    with pytest.raises(VerificationFailed) as error:
        combine([KEY.part(1, BLINDED)] * 3, KEY.threshold)
    assert error.value.code == "evaluation.too-few"


def test_under_threshold_combination_would_give_another_output() -> None:
    """Why too few must be refused: what comes out is a place in the tree, only the wrong one."""
    too_few = combine([KEY.part(index, BLINDED) for index in (1, 2)], 2)
    assert finalize(INPUTS[0], BLINDS[0], too_few[0]) != evaluate(MODE, KEY.secret, INPUTS[0])


def test_a_part_of_another_key_names_its_evaluator() -> None:
    with pytest.raises(VerificationFailed, match="evaluator 4") as error:
        check_part(part_of(4, scalar_named("liar"), BLINDED), BLINDED, KEY.share_keys)
    assert error.value.code == "evaluation.bad-part"


def test_a_part_with_one_swapped_element_names_its_evaluator() -> None:
    part = KEY.part(2, BLINDED)
    swapped = Part(2, (part.elements[0], times_base(BLINDS[0])), part.proof)
    with pytest.raises(VerificationFailed, match="evaluator 2") as error:
        check_part(swapped, BLINDED, KEY.share_keys)
    assert error.value.code == "evaluation.bad-part"


def test_a_part_of_fewer_elements_names_its_evaluator() -> None:
    with pytest.raises(VerificationFailed, match="evaluator 2 answered 1 of 2") as error:
        check_part(KEY.part(2, BLINDED[:1]), BLINDED, KEY.share_keys)
    assert error.value.code == "evaluation.bad-part"


def test_a_part_of_nobody_registered_is_refused() -> None:
    with pytest.raises(VerificationFailed) as error:
        check_part(part_of(6, KEY.shares[1], BLINDED), BLINDED, KEY.share_keys)
    assert error.value.code == "evaluation.unknown-evaluator"


def test_shares_lie_on_the_committed_polynomial() -> None:
    coefficients = [scalar_named(f"blacklist {power}") for power in range(3)]
    commitments = sharing.commit(coefficients)
    for index, share in KEY.shares.items():
        sharing.check_share(index, share, commitments)
        assert sharing.share_key(index, commitments) == KEY.share_keys[index]
    with pytest.raises(VerificationFailed) as error:
        sharing.check_share(1, KEY.shares[2], commitments)
    assert error.value.code == "share.invalid"


def test_sums_of_shares_are_shares_of_the_sum() -> None:
    other = shared_key(3, 5, "another")
    commitments = sharing.sum_commitments(
        [sharing.commit([scalar_named(f"{name} {power}") for power in range(3)]) for name in ("blacklist", "another")]
    )
    total = sharing.sum_shares([KEY.shares[4], other.shares[4]])
    sharing.check_share(4, total, commitments)
    assert times(total, BLINDED[0]) != times(KEY.shares[4], BLINDED[0])


@pytest.mark.parametrize(("threshold", "evaluators"), [(0, 3), (4, 3), (1, 33), (-1, 2)])
def test_impossible_thresholds_are_refused(threshold: int, evaluators: int) -> None:
    with pytest.raises(InvalidEncoding) as error:
        sharing.check_threshold(threshold, evaluators)
    assert error.value.code == "threshold.malformed"


def test_a_possible_threshold_is_taken() -> None:
    sharing.check_threshold(2, 3)
