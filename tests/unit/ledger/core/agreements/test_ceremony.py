from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.agreements import ceremony as machine
from ledger.core.agreements.ceremony import ALL_STEPS, Ceremony, Seat, Step
from ledger.core.agreements.states import ENDED, OPEN_FOR_SIGNATURE, TABLE, Move, State, after
from ledger.errors import Conflict, LedgerError, NotFound

NOW = datetime(2026, 11, 23, 15, 4, 5, tzinfo=UTC)
DEADLINE = NOW + timedelta(days=30)
EVERYTHING = frozenset(Step)


def draft(*seats: Seat) -> Ceremony:
    return Ceremony(state=State.DRAFT, seats=seats or (Seat(signer_id="a"),))


def sent(*seats: Seat) -> Ceremony:
    return machine.send(draft(*seats), DEADLINE)


def refused(act: Callable[[], object], code: str) -> None:
    with pytest.raises(LedgerError) as no:
        act()
    assert no.value.code == code


def through_steps(ceremony: Ceremony, signer_id: str) -> Ceremony:
    for step in ALL_STEPS:
        ceremony = machine.take_step(ceremony, signer_id, step)
    return ceremony


def test_one_party_goes_from_draft_to_signed_step_by_step() -> None:
    ceremony = sent(Seat(signer_id="a", needs=EVERYTHING), Seat(signer_id="b"))
    viewed = machine.take_step(ceremony, "a", Step.VIEWED)
    assert (ceremony.state, viewed.state) == (State.SENT, State.VIEWED)
    ready = through_steps(viewed, "a")
    assert ready.seat("a").missing == ()
    signing = machine.sign(ready, "a", NOW)
    assert signing.state is State.SIGNING
    assert machine.sign(signing, "b", NOW).state is State.SIGNED


def test_order_is_enforced_at_signing_time() -> None:
    ceremony = sent(Seat(signer_id="late", order=2), Seat(signer_id="a"), Seat(signer_id="b"))
    assert ceremony.turn == {"a", "b"}
    refused(lambda: machine.sign(ceremony, "late", NOW), "signer.not-your-turn")
    half = machine.sign(ceremony, "b", NOW)
    assert half.turn == {"a"}
    refused(lambda: machine.sign(half, "late", NOW), "signer.not-your-turn")
    assert machine.sign(machine.sign(half, "a", NOW), "late", NOW).state is State.SIGNED


@pytest.mark.parametrize("step", ALL_STEPS)
def test_a_step_left_out_keeps_its_person_from_the_next_and_from_signing(step: Step) -> None:
    ceremony = sent(Seat(signer_id="a", needs=EVERYTHING))
    for earlier in ALL_STEPS[: ALL_STEPS.index(step)]:
        ceremony = machine.take_step(ceremony, "a", earlier)
    refused(lambda: machine.sign(ceremony, "a", NOW), "signer.step-missing")
    for later in ALL_STEPS[ALL_STEPS.index(step) + 1 :]:
        refused(lambda later=later: machine.take_step(ceremony, "a", later), "signer.step-missing")  # type: ignore[misc]  # bound per turn


def test_whoever_signed_takes_no_further_step_and_does_not_sign_twice() -> None:
    ceremony = machine.sign(sent(Seat(signer_id="a"), Seat(signer_id="b")), "a", NOW)
    refused(lambda: machine.take_step(ceremony, "a", Step.VIEWED), "signature.exists")
    refused(lambda: machine.sign(ceremony, "a", NOW), "signature.exists")


def test_an_unknown_signer_is_not_found() -> None:
    with pytest.raises(NotFound) as no:
        sent().seat("stranger")
    assert no.value.code == "signer.unknown"


def test_the_deadline_counts_whether_or_not_expiry_was_recorded() -> None:
    ceremony = sent()
    machine.check_may_sign(ceremony, "a", DEADLINE - timedelta(microseconds=1))
    refused(lambda: machine.check_may_sign(ceremony, "a", DEADLINE), "agreement.past-deadline")


@pytest.mark.parametrize("state", sorted(set(State) - OPEN_FOR_SIGNATURE))
def test_nothing_is_signed_or_done_unless_the_agreement_is_out(state: State) -> None:
    ceremony = Ceremony(state=state, seats=(Seat(signer_id="a"),), expires_at=DEADLINE)
    code = "agreement.not-sent" if state in (State.DRAFT, State.APPROVING) else "agreement.not-open"
    refused(lambda: machine.check_may_sign(ceremony, "a", NOW), code)
    refused(lambda: machine.take_step(ceremony, "a", Step.VIEWED), code)


def test_another_person_in_a_place_begins_anew_in_the_same_order() -> None:
    ceremony = through_steps(sent(Seat(signer_id="a", order=2), Seat(signer_id="b")), "a")
    changed = machine.replace_signer(ceremony, "a", Seat(signer_id="c", needs=EVERYTHING))
    assert (changed.seat("c").order, changed.seat("c").done) == (2, frozenset())
    assert [seat.signer_id for seat in changed.active] == ["b", "c"]
    for act in (
        lambda: machine.sign(changed, "a", NOW),
        lambda: machine.take_step(changed, "a", Step.READ),
        lambda: machine.replace_signer(changed, "a", Seat(signer_id="d")),
    ):
        refused(act, "signer.replaced")
    signed = machine.sign(changed, "b", NOW)
    assert machine.sign(through_steps(signed, "c"), "c", NOW).state is State.SIGNED
    refused(lambda: machine.replace_signer(signed, "b", Seat(signer_id="d")), "signature.exists")


def test_a_move_that_the_table_does_not_have_is_refused_in_words() -> None:
    refused(lambda: after(State.DRAFT, Move.DECLINED), "agreement.not-sent")
    refused(lambda: after(State.COMPLETE, Move.EXPIRED), "agreement.not-open")
    with pytest.raises(Conflict, match="expected one of approving, draft") as no:
        after(State.SENT, Move.SENT)
    assert no.value.code == "agreement.wrong-state"


def test_complete_is_reached_from_sealing_only_and_sealing_from_signed_only() -> None:
    into = {target: {state for row in TABLE.values() for state, to in row.items() if to is target} for target in State}
    assert into[State.COMPLETE] == {State.SEALING, State.COMPLETE}
    assert into[State.SEALING] == {State.SIGNED, State.SEALING}
    assert into[State.SIGNED] == set()  # by signatures alone
    assert all(state not in row for state in ENDED for row in TABLE.values())


seats = st.lists(st.tuples(st.integers(1, 3), st.frozensets(st.sampled_from(Step))), min_size=1, max_size=4).map(
    lambda items: tuple(Seat(signer_id=f"s{n}", order=o, needs=needs) for n, (o, needs) in enumerate(items))
)
signer_ids = st.sampled_from([f"s{n}" for n in range(5)])
acts = st.lists(
    st.one_of(
        st.tuples(st.just("sign"), signer_ids),
        st.tuples(st.sampled_from(ALL_STEPS), signer_ids),
        st.tuples(st.sampled_from([move for move in Move if move is not Move.SENT]), st.just("")),
        st.tuples(st.just("replace"), signer_ids),
    ),
    max_size=40,
)


def play(ceremony: Ceremony, act: tuple[object, str], number: int) -> Ceremony:
    what, who = act
    if what == "sign":
        return machine.sign(ceremony, who, NOW)
    if what == "replace":
        return machine.replace_signer(ceremony, who, Seat(signer_id=f"r{number}", needs=EVERYTHING))
    if isinstance(what, Step):
        return machine.take_step(ceremony, who, what)
    assert isinstance(what, Move)
    return machine.move(ceremony, what)


@given(seats, acts)
def test_no_path_leads_to_complete_without_every_signature_in_order(
    given_seats: tuple[Seat, ...], given_acts: list[tuple[object, str]]
) -> None:
    ceremony = machine.send(Ceremony(state=State.DRAFT, seats=given_seats), DEADLINE)
    signed: list[int] = []
    for number, act in enumerate(given_acts):
        try:
            ceremony = play(ceremony, act, number)
        except LedgerError:
            continue
        if act[0] == "sign":
            seat = ceremony.seat(act[1])
            assert seat.needs <= seat.done
            signed.append(seat.order)
    if ceremony.state in (State.SIGNED, State.SEALING, State.COMPLETE):
        assert all(seat.is_signed for seat in ceremony.active)
        assert len(signed) == len(ceremony.active)
    assert signed == sorted(signed)
