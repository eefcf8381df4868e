from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ledger.core.agreements.binding import MAX_VALIDITY, AgreementFacts, check_binding, find_signer
from ledger.core.agreements.consent import CONSENT_SHA256, CONSENT_TEXT
from ledger.core.agreements.parties import Signer, SignerRole
from ledger.core.log.directory import format_instant
from ledger.errors import LedgerError
from signing.algorithms import PublicKey, Suite
from signing.statement import Statement
from signing.statement_parts import Head, SeenCheckpoint

NOW = datetime(2026, 11, 23, 15, 4, 5, tzinfo=UTC)
KEY = PublicKey(Suite.EIP712, b"\x01" * 20)
SIGNER = Signer(id="s-1", role=SignerRole.BORROWER, name="Lin Xiaoyu", key=KEY)
FACTS = AgreementFacts(
    id="a-1", document_sha256=b"d" * 32, document_bytes=1234, terms_sha256=b"t" * 32, chain_id=31337, log_origin="tally.local/bank"
)  # fmt: skip
STATEMENT = Statement(
    agreement="a-1",
    document_sha256=b"d" * 32,
    document_bytes=1234,
    terms_sha256=b"t" * 32,
    consent_sha256=CONSENT_SHA256,
    signer="s-1",
    role="borrower",
    key_id=KEY.key_id,
    head=Head(1, b"h" * 32),
    checkpoint=SeenCheckpoint(5, b"r" * 32),
    chain_id=31337,
    log="tally.local/bank",
    nonce=b"n" * 32,
    expires_at=format_instant(NOW + timedelta(hours=1)),
)


def test_a_statement_about_exactly_this_agreement_passes() -> None:
    check_binding(STATEMENT, FACTS, NOW)
    assert find_signer((SIGNER,), STATEMENT) is SIGNER


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (replace(STATEMENT, agreement="a-2"), "statement.wrong-agreement"),
        (replace(STATEMENT, document_sha256=b"x" * 32), "statement.wrong-document"),
        (replace(STATEMENT, document_bytes=1235), "statement.wrong-document"),
        (replace(STATEMENT, terms_sha256=b"x" * 32), "statement.wrong-terms"),
        (replace(STATEMENT, consent_sha256=b"x" * 32), "statement.wrong-consent"),
        (replace(STATEMENT, chain_id=1), "statement.wrong-chain"),
        (replace(STATEMENT, log="tally.local/other"), "statement.wrong-log"),
        (replace(STATEMENT, expires_at=format_instant(NOW)), "statement.expired"),
        (
            replace(STATEMENT, expires_at=format_instant(NOW + MAX_VALIDITY + timedelta(seconds=1))),
            "statement.too-long",
        ),
    ],
)
def test_a_statement_about_anything_else_or_out_of_date_is_refused(changed: Statement, code: str) -> None:
    with pytest.raises(LedgerError) as refused:
        check_binding(changed, FACTS, NOW)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "changed",
    [
        replace(STATEMENT, signer="s-2"),
        replace(STATEMENT, role="guarantor"),
        replace(STATEMENT, key_id="eip712:" + "0" * 32),
    ],
)
def test_a_statement_of_somebody_else_is_refused(changed: Statement) -> None:
    with pytest.raises(LedgerError) as refused:
        find_signer((SIGNER,), changed)
    assert refused.value.code == "statement.wrong-signer"


def test_the_consent_text_speaks_both_languages() -> None:
    assert "I agree" in CONSENT_TEXT
    assert "我已阅读" in CONSENT_TEXT
