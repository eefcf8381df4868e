"""Refusals that a signing page tells beside its form: by the stable code, in words that say what to do next."""

from collections.abc import Mapping
from typing import Final

from api.pages.customer.terms_card import Words

_WORDS: Final[Mapping[str, str]] = {
    "code.wrong": "code.wrong",
    "code.none": "code.expired",
    "code.used": "code.expired",
    "code.expired": "code.expired",
    "code.locked": "code.locked",
    "code.too-often": "code.too-often",
    "code.no-channel": "code.no-channel",
    "message.not-sent": "code.undelivered",
    "message.refused": "code.undelivered",
    "reading-code.wrong": "consent.code-wrong",
    "reading-code.locked": "consent.code-locked",
    "consent.tick": "consent.tick-missing",
    "reading.incomplete": "read.incomplete",
    "reading.malformed": "read.incomplete",
    "reading.other-document": "read.other",
    "reason.malformed": "decline.missing",
    "decline.sure": "decline.sure-missing",
    "identity.files": "identity.not-accepted",
    "identity.too-many": "identity.too-many",
}
_MOVED_ON: Final = frozenset({"agreement.not-open", "signature.exists", "signer.step-missing", "identity.waiting"})
_ENDS: Final[Mapping[str, str]] = {
    "link.unknown": "link-unknown",
    "link.used": "link-used",
    "link.expired": "link-expired",
    "link.replaced": "link-replaced",
    "signer.replaced": "link-replaced",
    "session.ended": "session",
    "signer.under-age": "under-age",
    "agreement.past-deadline": "expired",
}


def moved_on(code: str) -> bool:
    """Say whether a refusal only means that another tab or party was first: the step of this moment says it all."""
    return code in _MOVED_ON


def told_here(code: str) -> bool:
    """Say whether a code has words that stand beside a form."""
    return code in _WORDS


def fault_words(code: str | None, w: Words, **facts: object) -> str | None:
    """Return the words of a code; None where there is none, or it is none of ours."""
    key = _WORDS.get(code or "")
    return w(key, **facts) if key else None


def end_of(code: str) -> str | None:
    """Return which page of an end tells this code, if one does."""
    if code.startswith("authority."):
        return "authority"
    return _ENDS.get(code)
