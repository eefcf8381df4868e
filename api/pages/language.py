"""Which language a reader gets: the one chosen with `?lang=`, else the best of Accept-Language, else English."""

from collections.abc import Iterator
from typing import Final

from starlette.datastructures import Headers, QueryParams

from ledger.core.evidence.answers import Language

DEFAULT: Final[Language] = "en"
HTML_LANGUAGE: Final[dict[Language, str]] = {"en": "en", "zh": "zh-Hans"}
_OFFERED: Final[dict[str, Language]] = {"en": "en", "zh": "zh"}
_MOST_RANGES = 20  # a browser sends a handful; a longer header is read no further


def chosen_language(query: QueryParams) -> Language | None:
    """Return what the reader chose with `?lang=`; anything that is not offered counts as no choice."""
    return _OFFERED.get(query.get("lang", ""))


def language_of(query: QueryParams, headers: Headers) -> Language:
    """Return the language to answer in."""
    return chosen_language(query) or _accepted(headers.get("accept-language", ""))


def _accepted(header: str) -> Language:
    ranked = sorted(_ranges(header), key=lambda found: -found[0])  # stable: equal weights keep the reader's order
    return ranked[0][1] if ranked else DEFAULT


def _ranges(header: str) -> Iterator[tuple[float, Language]]:
    for part in header.split(",")[:_MOST_RANGES]:
        tag, _, parameter = part.partition(";")
        language = _OFFERED.get(tag.strip().lower().split("-")[0])
        weight = _weight(parameter)
        if language is not None and weight > 0:
            yield weight, language


def _weight(parameter: str) -> float:
    """Return the q value (RFC 9110 section 12.4.2): 1 where none is given, 0 where it cannot be read."""
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
