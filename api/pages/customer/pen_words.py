"""Refusals of a pen in the reader's words, by code; where there are none, the service's own sentence is shown."""

from api.pages.words import TEXTS
from ledger.core.evidence.answers import Language

_SAME = {
    "statement.nonce-used": "statement.expired",
    "statement.wrong-head": "statement.expired",
    "passkey.challenge-used": "statement.expired",
    "passkey.wrong-origin": "passkey.wrong-rp",
    "key.other-owner": "key.enrolled",
    "agreement.past-deadline": "agreement.not-open",
}


def pen_words(code: str, language: Language) -> str | None:
    """Return what to tell the reader, None where the code has no words."""
    known = "authority" if code.startswith("authority.") else _SAME.get(code, code)
    text = TEXTS.get(f"refusal.{known}")
    return text[language] if text else None
