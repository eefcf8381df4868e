"""What the ways to end an agreement share: the reason that is asked for."""

from ledger.errors import InvalidInput

MAX_REASON_CHARS = 500


def check_reason(reason: str) -> str:
    """Return the reason in one spelling; raise InvalidInput("reason.malformed")."""
    plain = reason.strip()
    if not 1 <= len(plain) <= MAX_REASON_CHARS or not all(char.isprintable() or char == "\n" for char in plain):
        raise InvalidInput(
            "reason.malformed", f"expected a reason of 1 to {MAX_REASON_CHARS} printable characters", field="reason"
        )
    return plain
