"""How commands name the terms of a loan that an application rests on: by their hash, or by the file that the contract is made from."""

import re
from pathlib import Path

from api.commands.files import read_json
from ledger.core.agreements.terms import parse_terms


def terms_hash(text: str) -> str:
    """Return a SHA-256 as it is, or that of the terms in a file of this name; raise InvalidInput("terms.…" | "file.…" | "json.…")."""
    if re.fullmatch(r"[0-9a-f]{64}", text):
        return text
    return parse_terms(read_json(Path(text))).sha256().hex()
