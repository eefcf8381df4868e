"""Applications for the tests of the approval rules."""

from datetime import datetime, timedelta
from hashlib import sha256

from ledger.core.applications.application import Applicant, Application, Attachment, BlacklistCheck, ThirdParty
from ledger.core.applications.evidence import AtHand
from ledger.core.log.directory import format_instant
from support.decisions import NOW

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(40)  # of an identity document, as far as the intake looks
ANN, BOB = "0a" * 32, "0b" * 32


def application(**changes: object) -> Application:
    facts: dict[str, object] = {
        "number": "DEMO-A-000001",
        "version": 1,
        "corrects": None,
        "product": "personal-instalment",
        "currency": "CNY",
        "amount": 4_000_000,
        "term_months": 24,
        "grade": "B",
        "grading_standard": "2026-1",
        "branch": "hangzhou",
        "channel": "counter",
        "terms_sha256": b"\x07" * 32,
        "applicants": (Applicant(ANN, "borrower"),),
        "attachments": (Attachment("identity", sha256(PICTURE).digest(), len(PICTURE)),),
    }
    return Application(**{**facts, **changes})  # type: ignore[arg-type]  # the tests name its fields


def check(at: datetime = NOW, *, listed: bool = False) -> BlacklistCheck:
    return BlacklistCheck(applicant=ANN, listed=listed, receipt_sha256=b"\x09" * 32, checked_at=format_instant(at))


def third_party(at: datetime, *, days: int) -> ThirdParty:
    fetched = at - timedelta(days=days)
    return ThirdParty(
        source="credit-report",
        consent_sha256=b"\x01" * 32,
        request_sha256=b"\x02" * 32,
        response_sha256=b"\x03" * 32,
        fetched_at=format_instant(fetched),
        valid_until=format_instant(fetched + timedelta(days=60)),
    )


AT_HAND = AtHand(received=frozenset({sha256(PICTURE).digest()}), checks=(check(),))
