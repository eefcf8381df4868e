"""May this request be answered? The rules by which an evaluator decides, as plain comparisons.

Promises: an old list, an old request, a repeated one, an unknown asker or one past its quota is refused with the rule it breaks.
Leaves to others: counting and remembering (storage), the evaluation itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ledger.core.blacklist.checks import CheckRequest
from ledger.core.blacklist.epochs import Epoch
from ledger.core.blacklist.versions import Version
from ledger.core.log.instants import instant
from ledger.errors import Conflict, InvalidInput, NotAllowed
from signing.algorithms import PublicKey

FRESH: Final = timedelta(
    seconds=120
)  # a request is answered this long around its own time; a nonce is kept twice as long


@dataclass(frozen=True)
class Member:
    """An institution that may ask: its key, and how many subjects a day."""

    institution: str
    key: PublicKey
    quota: int


def check_member(request: CheckRequest, members: Mapping[str, Member]) -> Member:
    """Return the member that asks; raise NotAllowed("check.not-a-member")."""
    found = members.get(request.institution)
    if found is None:
        raise NotAllowed(
            "check.not-a-member",
            "this institution is not a member of the consortium, or its membership ended: it may not check",
        )
    return found


def check_epoch(request: CheckRequest, epoch: Epoch, now: datetime) -> None:
    """Pass when the request is for this epoch and it is open; raise Conflict("check.wrong-epoch"), Conflict("check.closed-epoch")."""
    if request.epoch != epoch.id:
        raise Conflict(
            "check.wrong-epoch", f"this evaluator serves epoch {epoch.plan.number}: fetch the epoch and ask again"
        )
    if not epoch.is_open(now):
        raise Conflict("check.closed-epoch", f"epoch {epoch.plan.number} is not open now: fetch the present epoch")


def check_fresh(request: CheckRequest, now: datetime) -> None:
    """Pass when the request's time is within two minutes of now; raise InvalidInput("check.stale")."""
    if abs(instant(request.at) - now) > FRESH:
        raise InvalidInput(
            "check.stale",
            f"expected a request at most {FRESH.seconds} seconds from this evaluator's clock: set the clock, ask anew",
        )


def check_version(request: CheckRequest, newest: Version, before: Version | None) -> None:
    """Pass for the newest list or the last but one; raise Conflict("check.old-version"), Conflict("check.wrong-root")."""
    known = {version.number: version.root for version in (newest, before) if version is not None}
    root = known.get(request.version)
    if root is None:
        raise Conflict(
            "check.old-version",
            f"expected a check against version {newest.number} or the one before, got {request.version}: sync the list first",
        )
    if root != request.root:
        raise Conflict(
            "check.wrong-root", f"version {request.version} has another root than the one named: sync the list again"
        )


def quota_share(quota: int, threshold: int, evaluators: int) -> int:
    """Return how much of a daily quota one evaluator grants: Q·t/n, rounded up, so that t of n together grant Q."""
    return -(-quota * threshold // evaluators)


def check_quota(used: int, asked: int, share: int) -> None:
    """Pass while the day's share lasts; raise NotAllowed("check.quota")."""
    if used + asked > share:
        raise NotAllowed(
            "check.quota",
            f"this evaluator's share of your daily quota is {share} subjects, {used} are used, {asked} were asked: wait for the "
            "next day (UTC), or have the consortium raise the quota",
        )
