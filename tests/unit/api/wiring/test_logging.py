"""Log lines are written by a process of their own: what is configured there stays there."""

import json
import subprocess
import sys

import pytest

FAIL = """
import logging, sys
import structlog
from api.wiring.logging import configure_logging
configure_logging(sys.argv[1])

def open_letter(borrower):
    raise ValueError("cannot read the letter of " + borrower)

try:
    open_letter("Lin Xiaoyu")
except ValueError as error:
    structlog.get_logger("tally").error("failed", exc_info=error, 借款=1)
    logging.getLogger("uvicorn.error").exception("in a library")
"""


REDIRECT = """
import io, sys
import structlog
from api.wiring.logging import configure_logging
configure_logging("info")
log = structlog.get_logger("tally")
log.info("first")
sys.stderr.close()
sys.stderr = io.StringIO()
log.info("second")
print(sys.stderr.getvalue())
"""


def _lines(level: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", FAIL, level], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return done.stderr.splitlines()


@pytest.mark.parametrize("level", ["debug", "info", "error"])
def test_neither_words_nor_local_values_of_an_error_are_logged(level: str) -> None:
    lines = _lines(level)
    assert len(lines) == 2
    assert "Lin" not in "".join(lines)
    assert "letter" not in "".join(lines).replace("open_letter", "")


def test_a_line_is_json_with_the_place_where_the_error_arose() -> None:
    line = json.loads(_lines("info")[0])
    assert (line["event"], line["level"], line["at"], line["借款"]) == ("failed", "error", "<string>:8", 1)


def test_debug_names_every_place_that_the_error_went_through() -> None:
    assert json.loads(_lines("debug")[0])["trace"] == ["<string>:11", "<string>:8"]


def test_a_library_s_error_is_logged_by_type_and_place_in_the_same_shape() -> None:
    line = json.loads(_lines("info")[1])
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "in a library",
        "level": "error",
        "logger": "uvicorn.error",
        "error": "ValueError",
        "at": "<string>:8",
    }


def test_lines_follow_standard_error_where_it_is_redirected() -> None:
    done = subprocess.run([sys.executable, "-c", REDIRECT], capture_output=True, text=True, check=True)
    assert [json.loads(text)["event"] for text in (done.stderr, done.stdout)] == ["first", "second"]
