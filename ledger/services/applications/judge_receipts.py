"""Checks of the blacklist judged anew by their receipts, for a replay: nobody's word is taken for what evaluators signed."""

from collections.abc import Callable

from ledger.core.applications.replay_case import Checked
from ledger.core.blacklist.judging import CheckPolicy
from ledger.core.blacklist.receipts import parse_check_opening, parse_check_receipt
from ledger.errors import LedgerError
from ledger.services.applications.proving import About, prove_check
from ledger.services.context import Stores
from signing.canonical import encode


def receipts_judge(stores: Stores, institution: str, believed: CheckPolicy) -> Callable[[Checked], str | None]:
    """Return what says why a recorded check is not what its receipt proves: a code, or None where it is."""

    def judge(checked: Checked) -> str | None:
        about = About(application=checked.application, institution=institution, content=checked.content, at=checked.at)
        try:
            receipt, opening = (
                parse_check_receipt(encode(checked.receipt)),
                parse_check_opening(encode(checked.opening)),
            )
            proved = prove_check(stores, about, receipt, opening, believed)
        except LedgerError as error:
            return error.code
        return None if proved == checked.check else "another check than the one on record"

    return judge
