"""When somebody is reminded: how often at most, and never at night where they are (DESIGN section 5).

Promises: pure arithmetic over time zones, daylight saving included. Leaves to others: sending.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from ledger.errors import Conflict

QUIET_FROM, QUIET_UNTIL = time(21, 0), time(9, 0)  # local time: no reminder in between
MOST_REMINDERS = 5  # more is nagging; the lender calls instead
BETWEEN_REMINDERS = timedelta(hours=20)
AUTOMATIC_AFTER = (timedelta(days=2), timedelta(days=5))  # after the invitation, when nobody reminded by hand


def not_in_quiet_hours(moment: datetime, zone: str) -> datetime:
    """Return `moment`, or the end of the quiet hours it falls in, in the person's own zone."""
    place = ZoneInfo(zone)
    local = moment.astimezone(place)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return moment
    day = local.date() + timedelta(days=1) if local.time() >= QUIET_FROM else local.date()
    return datetime.combine(day, QUIET_UNTIL, tzinfo=place).astimezone(moment.tzinfo)


def check_may_remind(reminded: Sequence[datetime], now: datetime) -> None:
    """Raise Conflict("reminder.too-soon" | "reminder.too-many") when this signer was reminded lately or often enough."""
    if len(reminded) >= MOST_REMINDERS:
        raise Conflict("reminder.too-many", f"this person was reminded {len(reminded)} times; call them instead")
    if reminded and now - max(reminded) < BETWEEN_REMINDERS:
        raise Conflict("reminder.too-soon", "this person was reminded within the last day; wait until tomorrow")


def is_reminder_due(invited_at: datetime, reminded: Sequence[datetime], now: datetime) -> bool:
    """Say whether an automatic reminder is due: one after each span of AUTOMATIC_AFTER, counting those sent by hand."""
    due = sum(now - invited_at >= span for span in AUTOMATIC_AFTER)
    recent = bool(reminded) and now - max(reminded) < BETWEEN_REMINDERS
    return due > len(reminded) and not recent
