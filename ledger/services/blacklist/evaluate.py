"""Answer a check as one evaluator: admit it, remember its hash, evaluate what it blinded, prove and sign (DESIGN section 7).

Promises: a request that breaks a rule of admission is refused before anything is evaluated; of one that is answered nothing is kept
but hash, nonce, whose, how many, and marks by which a consent that comes again is seen. Leaves to others: everything about subjects, which it cannot see.
"""

from datetime import UTC, datetime

from ledger.core.blacklist.admission import (
    check_epoch,
    check_fresh,
    check_member,
    check_quota,
    check_version,
    quota_share,
)
from ledger.core.blacklist.anomalies import MARK_BYTES
from ledger.core.blacklist.checks import CheckAnswer, CheckRequest, SignedAnswer, SignedRequest, request_hash
from ledger.core.log.directory import format_instant
from ledger.errors import Unavailable
from ledger.services.blacklist.parties import EvaluatorDesk, sign_record
from ledger.storage.database import Connection, Database
from ledger.storage.evaluator_requests import EvaluatorRequestRow, insert_request, used_today


def evaluate(
    database: Database, desk: EvaluatorDesk, signed: SignedRequest, now: datetime, random: bytes
) -> SignedAnswer:
    """Return the signed answer; `random`: 32 fresh bytes.

    Raises the refusals of `core.blacklist.admission`, VerificationFailed("blacklist.signature"), Conflict("check.replayed"),
    Unavailable("check.no-version"), KeyUnavailable.
    """
    request = signed.record
    member = check_member(request, desk.around.members())
    signed.check(member.key)
    check_epoch(request, desk.epoch, now)
    check_fresh(request, now)
    newest = _check_version(desk, request)
    share = quota_share(member.quota, desk.epoch.plan.threshold, len(desk.epoch.plan.evaluators))
    database.write(lambda tx: _remember(tx, request, _row(desk, request, now), share))
    return _answer(desk, request, newest, now, random)


def _check_version(desk: EvaluatorDesk, request: CheckRequest) -> int:
    known = desk.around.versions()
    if not known:
        raise Unavailable("check.no-version", "there is no version of the list yet: try again in a moment")
    newest = known[0].record
    check_version(request, newest, known[1].record if len(known) > 1 else None)
    return newest.number


def _row(desk: EvaluatorDesk, request: CheckRequest, now: datetime) -> EvaluatorRequestRow:
    return EvaluatorRequestRow(
        epoch_id=desk.epoch.id,
        evaluator=desk.index,
        nonce=request.nonce,
        request_hash=request_hash(request),
        institution_id=request.institution,
        reason=request.reason,
        items=len(request.items),
        day=now.astimezone(UTC).date().isoformat(),
        at=format_instant(now),
    )


def _remember(tx: Connection, request: CheckRequest, row: EvaluatorRequestRow, share: int) -> None:
    check_quota(used_today(tx, row), row.items, share)
    insert_request(tx, row, b"".join(item.consent[:MARK_BYTES] for item in request.items))


def _answer(desk: EvaluatorDesk, request: CheckRequest, newest: int, now: datetime, random: bytes) -> SignedAnswer:
    part = desk.share().evaluate(request.blinded, random)
    answer = CheckAnswer(
        request=request_hash(request),
        evaluator=desk.index,
        epoch=desk.epoch.id,
        threshold=desk.epoch.plan.threshold,
        newest=newest,
        at=format_instant(now),
        elements=part.elements,
        proof=part.proof,
    )
    return sign_record(answer, desk.signer())
