"""Times as the staff's pages show them."""

from api.pages.customer.screens import shown_time
from ledger.core.agreements.people import DEFAULT_ZONE


def when(instant: str) -> str:
    """Return an instant of the record as the wall clock of staff has it, with its zone."""
    return shown_time(instant, DEFAULT_ZONE)
