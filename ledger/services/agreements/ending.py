"""What the ways to end an agreement share: the reason that is asked for."""

from ledger.core.log.printable import is_printable
from ledger.errors import InvalidInput

MAX_REASON_CHARS = 500


def check_reason(reason: str) -> str:
    """Return the reason in one spelling: lines end as browsers' forms do not end them; raise InvalidInput("reason.malformed")."""
    plain = reason.replace("\r\n", "\n").strip()
    if not 1 <= len(plain) <= MAX_REASON_CHARS or not all(map(is_printable, plain.split("\n"))):
        raise InvalidInput(
            "reason.malformed", f"expected a reason of 1 to {MAX_REASON_CHARS} printable characters", field="reason"
        )
    return plain
