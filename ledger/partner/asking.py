"""Ask t of n evaluators the same question, believe only proved answers, and go on to others where one is down, slow or lying.

Promises: what is returned was checked: t different evaluators, each under its own key and share key, for this very request.
Whoever failed is named in `troubles`. Leaves to others: what is asked (checking).
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from ledger.core.blacklist.checks import SignedAnswer, SignedRequest, parse_signed_answer, request_hash
from ledger.core.blacklist.epochs import Epoch
from ledger.core.blacklist.signed import read_json
from ledger.errors import Conflict, InvalidInput, LedgerError, NotAllowed, Unavailable, VerificationFailed
from ledger.partner.doors import Evaluators
from signing.errors import SigningError
from signing.oprf.group import Element
from signing.oprf.threshold import check_part, combine

# What is wrong with the request itself is wrong for every evaluator: asking the next one would only use up its quota.
_OURS = ("check.stale", "check.old-version", "check.wrong-root", "check.wrong-epoch", "check.closed-epoch")


@dataclass
class Asked:
    """Checked answers by place, and what went wrong with whom."""

    answers: dict[int, SignedAnswer] = field(default_factory=dict)
    troubles: dict[int, str] = field(default_factory=dict)

    def evaluated(self, threshold: int) -> list[Element]:
        return combine([answer.record.part for answer in self.answers.values()], threshold)

    @property
    def in_order(self) -> tuple[SignedAnswer, ...]:
        return tuple(self.answers[index] for index in sorted(self.answers))


def ask_evaluators(door: Evaluators, epoch: Epoch, request: SignedRequest, order: Sequence[int]) -> Asked:
    """Return t checked answers, asking in this order, t at a time.

    Raises Conflict or InvalidInput where the request itself is refused, Unavailable("check.too-few-answers") naming each trouble.
    """
    asked, waiting, threshold = Asked(), list(order), epoch.plan.threshold
    data = request.to_bytes()
    with ThreadPoolExecutor(threshold) as pool:
        while len(asked.answers) < threshold and waiting:
            turn = [waiting.pop(0) for _ in range(min(threshold - len(asked.answers), len(waiting)))]
            for index, outcome in zip(turn, pool.map(lambda index: _ask(door, index, data), turn), strict=True):
                _take(asked, epoch, request, (index, outcome))
    if len(asked.answers) < threshold:
        told = _told(asked.troubles)
        raise Unavailable(
            "check.too-few-answers", f"expected {threshold} evaluators to answer, {len(asked.answers)} did: {told}"
        )
    return asked


def _told(troubles: Mapping[int, str]) -> str:
    """Say who failed how, evaluators with one trouble together."""
    alike: dict[str, list[int]] = {}
    for index, trouble in sorted(troubles.items()):
        alike.setdefault(trouble, []).append(index)
    return "; ".join(
        f"evaluator{'s' * (len(who) > 1)} {', '.join(map(str, who))}: {trouble}" for trouble, who in alike.items()
    )


def _ask(door: Evaluators, index: int, data: bytes) -> bytes | LedgerError:
    try:
        return door.answer(index, data)
    except LedgerError as error:
        return error


def _take(asked: Asked, epoch: Epoch, request: SignedRequest, came: tuple[int, bytes | LedgerError]) -> None:
    index, outcome = came
    if isinstance(outcome, LedgerError):
        if isinstance(outcome, Conflict | InvalidInput | NotAllowed) and outcome.code in _OURS:
            raise outcome
        asked.troubles[index] = f"{outcome.message} [{outcome.code}]"
        return
    try:
        asked.answers[index] = _checked(epoch, request, index, outcome)
    except (LedgerError, SigningError) as error:
        asked.troubles[index] = f"{error.message} [{error.code}]"


def _checked(epoch: Epoch, request: SignedRequest, index: int, data: bytes) -> SignedAnswer:
    answer = parse_signed_answer(read_json(data, "check-answer.malformed"))
    record = answer.record
    answer.check(epoch.evaluator(index).key)
    if record.evaluator != index or record.request != request_hash(request.record):
        raise VerificationFailed(
            "check.other-request", f"evaluator {index} answered another request, or for another place"
        )
    if record.epoch != epoch.id or record.threshold != epoch.plan.threshold:
        raise VerificationFailed("check.other-epoch", f"evaluator {index} answered under another epoch or threshold")
    check_part(record.part, request.record.blinded, epoch.share_keys)
    return answer
