"""The literal examples at the head of docs/formats/*.md, made from fixed keys and fixed salts.

Command, from the repository's root: `python tests/support/format_examples.py` writes them into the documents again.
"""

import re
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]  # run as a command, not only imported by tests

from ledger.core.agreements.terms import parse_terms  # noqa: E402  # after the path is set
from signing.canonical import Json, encode  # noqa: E402  # after the path is set
from support.consortium import blacklist_example  # noqa: E402  # after the path is set
from support.entries import drafted  # noqa: E402  # after the path is set
from support.loan_terms import FULL_TERMS  # noqa: E402  # after the path is set
from support.pen_cases import PASSKEY, passkey_signature, statement_for  # noqa: E402  # after the path is set
from support.receipts import receipt  # noqa: E402  # after the path is set

FORMATS = REPOSITORY / "docs" / "formats"
BLACKLIST = ("subject", "token-tree", "blacklist-epoch", "check-request", "check-receipt")
NAMES = ("commitment", "entry", "checkpoint", "receipt", "passkey-signature", "terms", *BLACKLIST)

_FENCE = re.compile(r"```\n(.*?)```\n", re.DOTALL)


def example(name: str) -> str:
    """Return the example as the code makes it today, ended by a newline."""
    whole = receipt()
    opening = drafted()[1][1]
    made = {
        "commitment": encode(opening.to_json()).decode() + "\n",
        "entry": whole.entry.decode() + "\n",
        "checkpoint": whole.checkpoint.decode(),
        "receipt": whole.to_bytes().decode() + "\n",
        "terms": encode(parse_terms(FULL_TERMS).to_json()).decode() + "\n",
        "passkey-signature": _passkey_signature(),
    }
    return blacklist_example(name) if name in BLACKLIST else made[name]


def _passkey_signature() -> str:
    statement = statement_for(PASSKEY.public)
    signature = passkey_signature(PASSKEY.assertion(statement.digest))
    made: dict[str, Json] = {
        "key": PASSKEY.public.to_json(),
        "sha256": statement.digest.hex(),
        "signature": signature.to_json(),
    }
    return encode(made).decode() + "\n"


def written(name: str) -> str:
    """Return the first fenced example of the document."""
    match = _FENCE.search(_document(name).read_text())
    assert match, f"{name}.md opens with a fenced example"
    return match[1]


def rewrite() -> None:
    for name in NAMES:
        text = _document(name).read_text()
        _document(name).write_text(text.replace(written(name), example(name), 1))


def _document(name: str) -> Path:
    return FORMATS / f"{name}.md"


if __name__ == "__main__":
    rewrite()
