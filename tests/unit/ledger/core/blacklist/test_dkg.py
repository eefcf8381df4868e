"""A key without a dealer: any two of three evaluate under it; whoever cheats is named, to third parties too."""

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import pytest

from ledger.core.blacklist.dkg import (
    RoundOne,
    RoundTwo,
    at_fault,
    check_round_two,
    in_order,
    parse_grievance,
    parse_round_one,
    parse_round_two,
)
from ledger.core.blacklist.signed import Signed
from ledger.errors import LedgerError
from ledger.services.blacklist.key_ceremony import (
    finish,
    first_message,
    grievances,
    own_polynomial,
    second_message,
)
from signing.canonical import Json
from signing.errors import VerificationFailed
from signing.oprf import threshold
from signing.oprf.group import multiply, scalar_of, times_base
from signing.oprf.protocol import blind, finalize
from support.consortium import EVALUATORS, plan_of, sign
from support.oprf import part_of, scalar_named

PLAN = plan_of(2)
OWN = {index: own_polynomial(PLAN, index, bytes([index]) * 32) for index in (1, 2, 3)}
ROUND_ONE = [first_message(PLAN, own) for own in OWN.values()]
ROUND_TWO = [second_message(PLAN, own, ROUND_ONE) for own in OWN.values()]


def signed_one(message: RoundOne) -> Signed[RoundOne]:
    return Signed(message, sign(message, EVALUATORS[message.index]))


def signed_two(message: RoundTwo) -> Signed[RoundTwo]:
    return Signed(message, sign(message, EVALUATORS[message.index]))


def test_any_two_of_three_evaluate_under_the_common_key() -> None:
    finished = {index: finish(PLAN, own, ROUND_ONE, ROUND_TWO) for index, own in OWN.items()}
    epochs = {result.epoch.id for result in finished.values()}
    assert len(epochs) == 1
    epoch = finished[1].epoch
    blinded = [blind(threshold.MODE, b"subject", scalar_named("blind"))]
    outputs = set()
    for pair in combinations(finished, 2):
        parts = [part_of(index, finished[index].share, blinded) for index in pair]
        for part in parts:
            threshold.check_part(part, blinded, epoch.share_keys)
        outputs.add(finalize(b"subject", scalar_named("blind"), threshold.combine(parts, 2)[0]))
    assert len(outputs) == 1
    assert finished[1].share.hex() not in repr(finished[1])


def test_the_same_seed_repeats_a_step_and_another_plan_does_not() -> None:
    assert own_polynomial(PLAN, 1, bytes([1]) * 32) == OWN[1]
    assert own_polynomial(plan_of(2, number=2), 1, bytes([1]) * 32).coefficients != OWN[1].coefficients
    assert "Scalar" not in repr(OWN[1])


def test_messages_survive_their_json() -> None:
    assert parse_round_one(signed_one(ROUND_ONE[0]).to_json()).record == ROUND_ONE[0]
    assert parse_round_two(signed_two(ROUND_TWO[0]).to_json()).record == ROUND_TWO[0]


def refused(messages: list[Signed[RoundOne]]) -> tuple[str, str]:
    with pytest.raises(LedgerError) as error:
        in_order(PLAN, messages)
    return error.value.code, error.value.message


def test_messages_come_in_any_order_and_twice() -> None:
    signed = [signed_one(message) for message in ROUND_ONE]
    assert in_order(PLAN, [*signed[::-1], signed[0]]) == ROUND_ONE


def test_a_missing_message_is_named() -> None:
    code, message = refused([signed_one(ROUND_ONE[0]), signed_one(ROUND_ONE[2])])
    assert code == "dkg.missing"
    assert "none of 2" in message


def test_two_messages_of_one_evaluator_are_a_contradiction() -> None:
    other = signed_one(replace(ROUND_ONE[1], fixed=bytes(32)))
    assert refused([*map(signed_one, ROUND_ONE), other])[0] == "dkg.contradiction"


def test_a_message_of_another_plan_or_signer_is_refused() -> None:
    foreign = first_message(plan_of(2, number=2), own_polynomial(plan_of(2, number=2), 1, bytes(32)))
    assert refused([signed_one(foreign)])[0] == "dkg.other-plan"
    forged = Signed(ROUND_ONE[1], sign(ROUND_ONE[1], EVALUATORS[1]))
    assert refused([signed_one(ROUND_ONE[0]), forged])[0] == "blacklist.signature"


def test_a_dealer_that_saw_another_round_one_is_named() -> None:
    other = [ROUND_TWO[0], replace(ROUND_TWO[1], view=bytes(32)), ROUND_TWO[2]]
    with pytest.raises(LedgerError, match="evaluator 2") as error:
        check_round_two(PLAN, ROUND_ONE, other)
    assert error.value.code == "dkg.other-view"


def test_a_dealer_that_changes_its_polynomial_after_round_one_is_named() -> None:
    late = second_message(PLAN, own_polynomial(PLAN, 3, bytes(32)), ROUND_ONE)
    with pytest.raises(VerificationFailed, match="evaluator 3") as error:
        check_round_two(PLAN, ROUND_ONE, [*ROUND_TWO[:2], replace(late, index=3)])
    assert error.value.code == "dkg.bad-dealer"


def test_a_dealer_that_does_not_know_its_polynomial_is_named() -> None:
    """One that fixes somebody else's commitments, to cancel them out of the key, cannot prove that it knows them."""
    copied = replace(ROUND_TWO[0].dealt, possession=ROUND_TWO[1].dealt.possession)
    first = replace(ROUND_ONE[1], fixed=copied.hash)
    round_one = [ROUND_ONE[0], first, ROUND_ONE[2]]
    round_two = [second_message(PLAN, own, round_one) for own in OWN.values()]
    round_two[1] = replace(round_two[1], dealt=copied)
    with pytest.raises(VerificationFailed, match="evaluator 2 does not know") as error:
        check_round_two(PLAN, round_one, round_two)
    assert error.value.code == "dkg.bad-dealer"


def cheated(dealer: int, victim: int) -> list[RoundTwo]:
    """Round two in which one dealer seals a share that is not of its polynomial for one victim."""
    own = OWN[dealer]
    wrong = replace(own, coefficients=tuple(multiply(each, scalar_of(2)) for each in own.coefficients))
    sealed = list(ROUND_TWO[dealer - 1].sealed)
    sealed[victim - 1] = wrong.sealed_share(victim, ROUND_ONE[victim - 1].exchange_key)
    return [replace(message, sealed=tuple(sealed)) if message.index == dealer else message for message in ROUND_TWO]


def test_a_bad_share_gives_no_key_and_a_complaint_that_convinces_third_parties() -> None:
    round_two = cheated(2, 3)
    with pytest.raises(VerificationFailed, match="evaluator 2 sent evaluator 3") as error:
        finish(PLAN, OWN[3], ROUND_ONE, round_two)
    assert error.value.code == "dkg.bad-share"
    (complaint,) = grievances(PLAN, OWN[3], ROUND_ONE, round_two)
    signed = Signed(complaint, sign(complaint, EVALUATORS[3]))
    assert parse_grievance(signed.to_json()).record == complaint
    assert at_fault(complaint, ROUND_ONE, round_two) == 2
    assert grievances(PLAN, OWN[1], ROUND_ONE, round_two) == []


def test_garbage_in_place_of_a_share_is_the_dealer_s_fault() -> None:
    sealed = (bytes(48), *ROUND_TWO[1].sealed[1:])
    round_two = [ROUND_TWO[0], replace(ROUND_TWO[1], sealed=sealed), ROUND_TWO[2]]
    (complaint,) = grievances(PLAN, OWN[1], ROUND_ONE, round_two)
    assert at_fault(complaint, ROUND_ONE, round_two) == 2


def test_a_false_complaint_is_the_accuser_s_fault() -> None:
    (complaint,) = grievances(PLAN, OWN[3], ROUND_ONE, cheated(2, 3))
    assert at_fault(complaint, ROUND_ONE, ROUND_TWO) == 3


def test_a_complaint_with_another_key_is_the_accuser_s_fault() -> None:
    (complaint,) = grievances(PLAN, OWN[3], ROUND_ONE, cheated(2, 3))
    lied = replace(complaint, complaint=replace(complaint.complaint, shared=times_base(scalar_named("lie"))))
    assert at_fault(lied, ROUND_ONE, cheated(2, 3)) == 3


def test_a_complaint_of_another_plan_is_refused() -> None:
    (complaint,) = grievances(PLAN, OWN[3], ROUND_ONE, cheated(2, 3))
    with pytest.raises(LedgerError) as error:
        at_fault(replace(complaint, plan=bytes(32)), ROUND_ONE, ROUND_TWO)
    assert error.value.code == "dkg.other-plan"


def test_malformed_messages_are_refused() -> None:
    (complaint,) = grievances(PLAN, OWN[3], ROUND_ONE, cheated(2, 3))
    cases: list[tuple[Callable[[Json], object], dict[str, Json]]] = [
        (parse_round_one, signed_one(ROUND_ONE[0]).to_json()),
        (parse_round_two, signed_two(ROUND_TWO[0]).to_json()),
        (parse_grievance, Signed(complaint, sign(complaint, EVALUATORS[3])).to_json()),
    ]
    for parse, good in cases:
        record = good["record"]
        assert isinstance(record, dict)
        wrong: list[dict[str, Json]] = [{**record, "tag": "x"}, {**record, "plan": "00"}, {}]
        for bad in wrong:
            with pytest.raises(LedgerError) as error:
                parse({**good, "record": bad})
            assert error.value.code == "dkg.malformed"
