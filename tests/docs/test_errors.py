"""docs/errors.md and the source name the same codes; each is in one place, with a meaning and a way on."""

import re

import pytest

from api.commands.outcome import exit_code_of
from api.errors import status_of
from ledger import errors as ledger_errors
from signing import errors as signing_errors
from support.error_codes import raised_codes
from support.shared_data import REPOSITORY

DOCUMENT = (REPOSITORY / "docs" / "errors.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$", DOCUMENT, re.MULTILINE)
KINDS = re.findall(r"^\| (\w+) \| (\d{3}) \| (\d) \| ([^|]+) \|$", DOCUMENT, re.MULTILINE)


def test_every_code_that_can_be_raised_is_documented() -> None:
    assert raised_codes() - {code for code, _, _ in ROWS} == set()


def test_every_documented_code_can_be_raised() -> None:
    assert {code for code, _, _ in ROWS} - raised_codes() == set()


def test_every_code_stands_once() -> None:
    codes = [code for code, _, _ in ROWS]
    assert sorted(codes) == sorted(set(codes))


@pytest.mark.parametrize(("kind", "status", "exit_code", "what"), KINDS)
def test_a_kind_s_status_and_exit_code_are_as_documented(kind: str, status: str, exit_code: str, what: str) -> None:
    family = ledger_errors if hasattr(ledger_errors, kind) else signing_errors
    error: Exception = getattr(family, kind)("x.y", "z")
    assert status_of(error)[0] == int(status)
    assert exit_code_of(error) == int(exit_code)
    assert what.strip()


def test_every_kind_is_documented() -> None:
    families = (ledger_errors.LedgerError, signing_errors.SigningError)
    kinds = {
        kind.__name__ for family in families for kind in family.__subclasses__() if kind.__module__.endswith("errors")
    }
    assert {kind for kind, *_ in KINDS} == kinds
