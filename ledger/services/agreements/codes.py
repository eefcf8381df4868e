"""Codes as they are kept, read for the rules about them."""

from collections.abc import Sequence
from datetime import datetime

from ledger.core.agreements.one_time_code import Delivery, SentCode
from ledger.storage.sessions import CodeRow


def codes_sent(rows: Sequence[CodeRow]) -> list[SentCode]:
    """Return when each code was handed over and what was heard of it, in the order given."""
    return [SentCode(made_at=datetime.fromisoformat(row.made_at), delivery=Delivery(row.delivery)) for row in rows]
