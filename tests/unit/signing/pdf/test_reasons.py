"""The table of reasons: each is explained in docs/pdf-rules.md and proven by a test here."""

import re
from pathlib import Path

from signing.pdf.reasons import REASONS, SEAL_REASONS, Reason
from support.shared_data import REPOSITORY

DOCUMENT = (REPOSITORY / "docs" / "pdf-rules.md").read_text("utf-8")
TESTS = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))


def test_every_reason_is_documented_once_with_what_and_why() -> None:
    rows = re.findall(r"^\| `((?:pdf|sealed)\.[a-z-]+)` \| [^|]{3,} \| [^|]{3,} \|", DOCUMENT, re.MULTILINE)
    documented = [code for code in rows if code not in {"pdf.missing-glyph", "pdf.no-fonts", "pdf.not-typeset"}]

    assert sorted(documented) == sorted({**REASONS, **SEAL_REASONS})


def test_every_reason_is_proven_by_a_test() -> None:
    assert [code for code in {**REASONS, **SEAL_REASONS} if f'"{code}"' not in TESTS] == []


def test_reason_says_what_was_expected_and_what_was_found() -> None:
    assert Reason("pdf.empty", "").message == "expected a PDF, got no bytes"
    assert Reason("sealed.several", "2 signatures").message.endswith("time stamps (2 signatures)")
