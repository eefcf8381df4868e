"""Consortium: nobody joins, leaves or changes but by the votes of more than half of the members in good standing."""

from __future__ import annotations

import ape
import pytest
from ape.contracts import ContractContainer
from ape.managers.chain import ChainManager
from conftest import committed
from members import ADMIT, AUDITOR, CHANGE, REMOVE, YEAR, Consort, Institution, renamed

NOBODY = Institution("bank-x", 2**40, keys="stranger")


@pytest.fixture(scope="session")
def delta(consort: Consort) -> Institution:
    return Institution("bank-d", consort.now + YEAR)


def pass_time(chain: ChainManager, seconds: int) -> None:
    chain.pending_timestamp += seconds
    chain.mine()


def test_founders_are_members_with_their_terms(consort: Consort) -> None:
    assert [found.institution for found in consort.contract.members()] == [one.name for one in consort.founders]
    assert consort.contract.member(consort.founders[0].id).voter == consort.founders[0].voter.address
    assert (consort.contract.name(), consort.contract.changes()) == ("consortium.example", 3)


def test_consortium_without_founders_is_refused(sender: object) -> None:
    code: ContractContainer = committed("Consortium")
    with ape.reverts(code.ConsortiumSize):
        code.deploy("none", [], sender=sender)


def test_majority_admits_a_member_which_then_votes(consort: Consort, delta: Institution) -> None:
    consort.passed(ADMIT, delta.struct())
    assert tuple(consort.contract.member(delta.id)) == tuple(delta.struct())
    number = consort.propose(delta, CHANGE, renamed(delta, roles=AUDITOR).struct())
    assert tuple(consort.contract.tally(number)) == (1, 3)


def test_one_vote_of_three_is_no_majority_and_a_vote_against_is_none(consort: Consort, delta: Institution) -> None:
    number = consort.propose(consort.founders[0], ADMIT, delta.struct())
    consort.vote(consort.founders[1], number, in_favour=False)
    with ape.reverts(consort.contract.ConsortiumNoMajority):
        consort.enact(number)


def test_voting_twice_is_refused_also_with_other_keys(consort: Consort, delta: Institution) -> None:
    number = consort.propose(consort.founders[0], ADMIT, delta.struct())
    consort.vote(consort.founders[1], number, in_favour=False)
    with ape.reverts(consort.contract.ConsortiumAlreadyVoted):
        consort.vote(consort.founders[1], number)
    rotated = renamed(consort.founders[1], keys="rotated")
    consort.passed(CHANGE, rotated.struct())
    with ape.reverts(consort.contract.ConsortiumAlreadyVoted):
        consort.vote(rotated, number)
    with ape.reverts(consort.contract.ConsortiumAlreadyVoted):
        consort.vote(consort.founders[0], number)


def test_rotated_key_votes_and_the_old_one_does_not(consort: Consort, delta: Institution) -> None:
    old, rotated = consort.founders[0], renamed(consort.founders[0], keys="rotated")
    consort.passed(CHANGE, rotated.struct())
    consort.propose(rotated, ADMIT, delta.struct())
    with ape.reverts(consort.contract.ConsortiumUnknownSigner):
        consort.propose(old, ADMIT, delta.struct())


def test_stranger_and_signing_key_do_not_vote(consort: Consort, delta: Institution) -> None:
    number = consort.propose(consort.founders[0], ADMIT, delta.struct())
    with ape.reverts(consort.contract.ConsortiumUnknownSigner):
        consort.vote(NOBODY, number)
    signing = consort.domain.sign(consort.founders[1].signer, "Vote", number=number, inFavour=True)
    with ape.reverts(consort.contract.ConsortiumUnknownSigner):
        consort.contract.vote(number, True, signing, sender=consort.sender)  # the contract's order
    against = consort.domain.sign(consort.founders[1].voter, "Vote", number=number, inFavour=False)
    with ape.reverts(consort.contract.ConsortiumUnknownSigner):
        consort.contract.vote(number, True, against, sender=consort.sender)  # as above


def test_member_whose_term_is_over_neither_proposes_nor_votes_nor_counts(
    consort: Consort, delta: Institution, chain: ChainManager
) -> None:
    short = renamed(consort.founders[2], expires_at=consort.now + 600)
    consort.passed(CHANGE, short.struct())
    number = consort.propose(short, ADMIT, delta.struct())
    pass_time(chain, 700)
    with ape.reverts(consort.contract.ConsortiumExpiredMember):
        consort.vote(short, number)
    with ape.reverts(consort.contract.ConsortiumExpiredMember):
        consort.propose(short, ADMIT, delta.struct())
    assert tuple(consort.contract.tally(number)) == (0, 2)
    consort.vote(consort.founders[0], number)
    with ape.reverts(consort.contract.ConsortiumNoMajority):
        consort.enact(number)
    consort.vote(consort.founders[1], number)
    consort.enact(number)
    consort.passed(CHANGE, renamed(short, expires_at=chain.pending_timestamp + YEAR).struct())  # a new term
    assert tuple(consort.contract.tally(consort.propose(short, REMOVE, delta.removal()))) == (1, 3)


def test_more_than_sixty_four_members_are_refused(sender: object) -> None:
    code: ContractContainer = committed("Consortium")
    many = [Institution(f"bank-{number}", 2**40).struct() for number in range(65)]
    with ape.reverts(code.ConsortiumSize):
        code.deploy("many", many, sender=sender)


def test_removed_member_does_not_count_and_its_keys_are_free(consort: Consort, delta: Institution) -> None:
    number = consort.propose(consort.founders[2], ADMIT, delta.struct())
    consort.passed(REMOVE, consort.founders[2].removal())
    assert tuple(consort.contract.tally(number)) == (0, 2)
    with ape.reverts(consort.contract.ConsortiumNotMember):
        consort.contract.member(consort.founders[2].id)
    heir = renamed(delta, keys=consort.founders[2].name)
    consort.passed(ADMIT, heir.struct())


def test_last_member_stays(consort: Consort) -> None:
    first, second, third = consort.founders
    consort.passed(REMOVE, third.removal())
    consort.passed(REMOVE, second.removal())
    with ape.reverts(consort.contract.ConsortiumLastMember):
        consort.propose(first, REMOVE, first.removal())


def test_deadline_ends_voting_and_enacting(consort: Consort, delta: Institution, chain: ChainManager) -> None:
    number = consort.propose(consort.founders[0], ADMIT, delta.struct())
    consort.vote(consort.founders[1], number)
    pass_time(chain, 3700)
    with ape.reverts(consort.contract.ConsortiumPastDeadline):
        consort.vote(consort.founders[2], number)
    with ape.reverts(consort.contract.ConsortiumPastDeadline):
        consort.enact(number)


@pytest.mark.parametrize("wait", [-10, 91 * 24 * 3600])
def test_deadline_in_the_past_or_beyond_ninety_days_is_refused(
    consort: Consort, delta: Institution, chain: ChainManager, wait: int
) -> None:
    with ape.reverts(consort.contract.ConsortiumInvalidDeadline):
        consort.propose(consort.founders[0], ADMIT, delta.struct(), deadline=chain.pending_timestamp + wait)


def test_proposal_takes_effect_once_and_unknown_ones_never(consort: Consort, delta: Institution) -> None:
    number = consort.passed(ADMIT, delta.struct())
    with ape.reverts(consort.contract.ConsortiumEnacted):
        consort.enact(number)
    with ape.reverts(consort.contract.ConsortiumUnknownProposal):
        consort.enact(number + 1)
    with ape.reverts(consort.contract.ConsortiumUnknownProposal):
        consort.contract.proposal(number + 1)


def test_proposal_that_became_impossible_is_refused_when_enacted(consort: Consort, delta: Institution) -> None:
    late = consort.propose(consort.founders[0], ADMIT, delta.struct())
    taken = consort.propose(consort.founders[0], ADMIT, renamed(delta, name="bank-e").struct())
    for number in (late, taken):
        consort.vote(consort.founders[1], number)
    consort.passed(ADMIT, delta.struct())
    consort.vote(delta, late)  # four members by now: it takes three
    with ape.reverts(consort.contract.ConsortiumAlreadyMember):
        consort.enact(late)


def test_key_of_another_member_is_refused(consort: Consort, delta: Institution) -> None:
    with ape.reverts(consort.contract.ConsortiumKeyTaken):
        consort.passed(ADMIT, renamed(delta, keys=consort.founders[2].name).struct())


@pytest.mark.parametrize(
    ("refusal", "changed"),
    [
        ("ConsortiumInvalidMember", {"roles": 0}),
        ("ConsortiumInvalidMember", {"roles": 32}),
        ("ConsortiumTermOver", {"expires_at": 1}),
        ("ConsortiumInvalidInstitution", {"name": ""}),
        ("ConsortiumInvalidInstitution", {"name": "x" * 65}),
        ("ConsortiumAlreadyMember", {"name": "bank-a"}),
    ],
)
def test_impossible_member_is_refused(
    consort: Consort, delta: Institution, refusal: str, changed: dict[str, object]
) -> None:
    with ape.reverts(getattr(consort.contract, refusal)):
        consort.propose(consort.founders[0], ADMIT, renamed(delta, **changed).struct())


def test_removal_names_a_member_and_nothing_else(consort: Consort, delta: Institution) -> None:
    with ape.reverts(consort.contract.ConsortiumNotMember):
        consort.propose(consort.founders[0], REMOVE, delta.removal())
    with ape.reverts(consort.contract.ConsortiumInvalidRemoval):
        consort.propose(consort.founders[0], REMOVE, consort.founders[1].struct())
