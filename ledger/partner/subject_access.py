"""Ask for a subject whose identity was checked what is held on it: find its token by a check, ask the registry, hold the answer against it.

Promises: what is returned was judged as the subject's own verifier judges it. Leaves to others: who the subject is; keeping the file.
"""

from ledger.core.blacklist.checks import request_hash
from ledger.core.blacklist.judging import CheckPolicy
from ledger.core.blacklist.signed import Signed, read_json, signed_bytes
from ledger.core.blacklist.subject_access import (
    SubjectAccess,
    SubjectRequest,
    judge_subject_access,
    parse_signed_subject_answer,
)
from ledger.core.log.directory import format_instant
from ledger.partner.checking import Desk, Result, Subject, check
from ledger.partner.doors import Registry
from signing.envelope import Signature

REASON = "subject-access"


def ask_what_is_held(
    desk: Desk, registry: Registry, policy: CheckPolicy, subject: Subject, identity: bytes
) -> tuple[SubjectAccess, Result]:
    """Return the registry's answer with everything that proves it, and the check that found the token; `identity`: SHA-256.

    Raises what a check raises, what the registry refuses, VerificationFailed for an answer that does not hold.
    """
    (result,) = check(desk, [subject], REASON)
    request = _request(desk, result, identity)
    data = registry.post("subject-requests", {"request": request.to_json()}, once=request.record.nonce.hex())
    answer = parse_signed_subject_answer(read_json(data, "subject-answer.malformed"))
    access = SubjectAccess(receipt=result.receipt, opening=result.opening, request=request, answer=answer)
    judge_subject_access(access, policy)
    return access, result


def _request(desk: Desk, result: Result, identity: bytes) -> Signed[SubjectRequest]:
    partner, version = desk.partner, result.receipt.version.record
    record = SubjectRequest(
        institution=partner.institution,
        epoch=desk.epoch.id,
        token=result.name.token,
        version=version.number,
        check=request_hash(result.receipt.request.record),
        identity=identity,
        nonce=partner.random(32),
        at=format_instant(partner.now()),
    )
    public = partner.signer.public
    return Signed(record, Signature(public.suite, public.key_id, partner.signer.sign(signed_bytes(record))))
