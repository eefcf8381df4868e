"""How a committee's votes add up: quorum, majority, casting vote, veto, recusal (DESIGN section 6).

Promises: pure; the same ballots in any order of distinct members give the same result once all have voted. A result is given as
soon as no further vote could change it. Leaves to others: who may vote (decide), and storing ballots.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ledger.core.applications.policy import Step


class Vote(StrEnum):
    """What one member says; a recusal is no vote and does not count towards the quorum."""

    APPROVE = "approve"
    DECLINE = "decline"
    RECUSE = "recuse"


class Tally(StrEnum):
    """What the votes amount to so far."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
    INQUORATE = "inquorate"  # too many recused: the quorum cannot be reached, a new committee must be named


@dataclass(frozen=True)
class Ballot:
    """One member's vote, with the roles that the member held when voting."""

    person: str
    vote: Vote
    roles: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """A committee named for one application: its members, who chairs it, and whether the chair has closed the vote."""

    members: tuple[str, ...]
    chair: str
    closed: bool = False


def tally(step: Step, sitting: Sitting, ballots: Sequence[Ballot]) -> Tally:
    """Return what the ballots of distinct members amount to: final once all have voted, or the chair closed with a quorum."""
    if any(ballot.vote is Vote.DECLINE and ballot.roles & set(step.veto) for ballot in ballots):
        return Tally.DECLINED
    recused = sum(ballot.vote is Vote.RECUSE for ballot in ballots)
    eligible = len(sitting.members) - recused
    if eligible < step.quorum:
        return Tally.INQUORATE
    votes = {ballot.person: ballot.vote for ballot in ballots if ballot.vote is not Vote.RECUSE}
    missing = eligible - len(votes)
    if len(votes) < step.quorum:
        return Tally.OPEN
    # A veto may still come from whoever has not voted: an approval is final only when all voted, or the chair closed.
    if missing == 0 or sitting.closed:
        return _count(step, votes, sitting.chair)
    return _settled(votes, missing)


def _count(step: Step, votes: Mapping[str, Vote], chair: str) -> Tally:
    ayes = sum(vote is Vote.APPROVE for vote in votes.values())
    noes = len(votes) - ayes
    if ayes == noes and step.chair_casts and chair in votes:
        return Tally.APPROVED if votes[chair] is Vote.APPROVE else Tally.DECLINED
    return Tally.APPROVED if ayes > noes else Tally.DECLINED


def _settled(votes: Mapping[str, Vote], missing: int) -> Tally:
    ayes = sum(vote is Vote.APPROVE for vote in votes.values())
    noes = len(votes) - ayes
    return Tally.DECLINED if noes > ayes + missing else Tally.OPEN
