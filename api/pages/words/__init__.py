"""What the pages say, in English and Chinese, by key, in one file per reader; what a verifier says is in core's answers_text.

Promises: every key has both languages with the same facts. Leaves escaping to the templates.
"""

from collections.abc import Callable, Mapping
from typing import Final

from api.pages.words.apply import APPLY
from api.pages.words.auditor import FORM, HOME, REPORT
from api.pages.words.blacklist import CHECK
from api.pages.words.customer import BEFORE, READING
from api.pages.words.customer_ends import AFTER, ENDS
from api.pages.words.customer_sign import CONSENT, REFUSALS, SIGNING
from api.pages.words.desk import DESK
from api.pages.words.figures import FIGURES
from api.pages.words.frame import FRAME, PROBLEM
from api.pages.words.pair import Pair
from api.pages.words.refused import REFUSED
from api.pages.words.shipped import SHIPPED
from api.pages.words.staff import STAFF
from api.pages.words.telling import TELL
from ledger.core.evidence.answers import Language

TEXTS: Final[Mapping[str, Pair]] = {
    **FRAME,
    **HOME,
    **FORM,
    **REPORT,
    **PROBLEM,
    **BEFORE,
    **READING,
    **CONSENT,
    **SIGNING,
    **REFUSALS,
    **AFTER,
    **ENDS,
    **STAFF,
    **DESK,
    **TELL,
    **CHECK,
    **FIGURES,
    **SHIPPED,
    **REFUSED,
    **APPLY,
}


def words_in(language: Language) -> Callable[..., str]:
    """Return the function `w(key, **facts)` of one language, as templates call it."""

    def w(key: str, **facts: object) -> str:
        return TEXTS[key][language].format_map(facts)

    return w
