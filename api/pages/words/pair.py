"""One thing said in both languages."""

from collections.abc import Mapping

from ledger.core.evidence.answers import Language

Pair = Mapping[Language, str]


def pair(en: str, zh: str) -> Pair:
    return {"en": en, "zh": zh}
