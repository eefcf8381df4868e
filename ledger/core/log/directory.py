"""Rules for what an institution decides about itself: numbering, time zone, business calendar (DESIGN section 1).

Promises: a numbering rule that cannot repeat a number, a calendar that answers which local day is a business day.
Leaves to others: counting (storage) and what day it is now (an argument).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ledger.errors import InvalidInput

DEFAULT_NUMBERING_RULE = "{code}-{year}-{seq:06}"
DEFAULT_ZONE = "Asia/Shanghai"
MAX_NUMBER_CHARS = 64  # fits a printed contract header and every index
MAX_HOLIDAYS = 2_000  # some forty years of public holidays

_CODE = re.compile(r"[A-Z][A-Z0-9]{1,11}")
_PART = re.compile(r"\{(code|year|month|day|seq:0([1-9]))\}|([A-Za-z0-9/.-]+)")
_ISO_WEEKDAYS = frozenset(range(1, 8))
_DAY_PARTS = ("year", "month", "day")


@dataclass(frozen=True)
class NumberingRule:
    """A parsed rule: literal text and the parts {code} {year} {month} {day} {seq:0N}, the counter exactly once."""

    parts: tuple[tuple[str, str], ...]  # ("text", literal) | ("code"|"year"|"month"|"day", "") | ("seq", width)

    def period(self, day: date) -> str:
        """Return the span in which the counter runs: the finest date part printed, since a number repeats after it."""
        names = {name for name, _ in self.parts}
        if "day" in names:
            return day.isoformat()
        if "month" in names:
            return day.strftime("%Y-%m")
        return str(day.year) if "year" in names else "always"

    def number(self, *, code: str, day: date, sequence: int) -> str:
        """Return the printed number; raise InvalidInput("numbering.exhausted") when the counter outgrew its width."""
        values = {"code": code, "year": f"{day.year:04}", "month": f"{day.month:02}", "day": f"{day.day:02}"}
        return "".join(_print_part(name, argument, values, sequence) for name, argument in self.parts)


def _print_part(name: str, argument: str, values: Mapping[str, str], sequence: int) -> str:
    if name == "text":
        return argument
    if name != "seq":
        return values[name]
    if len(str(sequence)) > int(argument):
        raise InvalidInput(
            "numbering.exhausted",
            f"number {sequence} no longer fits the {argument} digits of the numbering rule; widen the rule",
            field="numbering_rule",
        )
    return f"{sequence:0{argument}}"


def parse_numbering_rule(rule: str) -> NumberingRule:
    """Parse e.g. "{code}-{year}-{seq:06}"; raise InvalidInput("numbering.invalid") naming what is wrong.

    Day without month, or month without year, would print one number for two different days, so they are refused.
    """
    parts: list[tuple[str, str]] = []
    position = 0
    while position < len(rule):
        match = _PART.match(rule, position)
        if match is None:
            raise _bad_rule(f"cannot read it from {rule[position : position + 12]!r} on")
        name, width, text = match.groups()
        parts.append(("text", text) if text else ("seq", width) if width else (name, ""))
        position = match.end()
    names = [name for name, _ in parts]
    if names.count("seq") != 1:
        raise _bad_rule("it needs the counter {seq:0N} exactly once")
    _check_days(names)
    parsed = NumberingRule(tuple(parts))
    if len(parsed.number(code="X" * 12, day=date(2000, 1, 1), sequence=1)) > MAX_NUMBER_CHARS:
        raise _bad_rule(f"its numbers would be longer than {MAX_NUMBER_CHARS} characters")
    return parsed


def _check_days(names: list[str]) -> None:
    present = [part in names for part in _DAY_PARTS]
    if present != sorted(present, reverse=True):
        raise _bad_rule("{day} needs {month}, and {month} needs {year}: otherwise two days share a number")


def _bad_rule(why: str) -> InvalidInput:
    return InvalidInput(
        "numbering.invalid",
        f"the numbering rule was not understood: {why}; an example that works is {DEFAULT_NUMBERING_RULE}",
        field="numbering_rule",
    )


def check_code(code: str) -> str:
    """Return the institution's short code (2–12 capitals and digits), or raise InvalidInput."""
    if not _CODE.fullmatch(code):
        raise InvalidInput(
            "institution.code", "expected 2 to 12 capital letters or digits, a letter first", field="code"
        )
    return code


def check_zone(name: str) -> ZoneInfo:
    """Return the IANA time zone, or raise InvalidInput("institution.zone")."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput(
            "institution.zone", "expected an IANA time zone such as Asia/Shanghai", field="zone"
        ) from error


@dataclass(frozen=True)
class Calendar:
    """Business days: ISO weekdays 1 (Monday) to 7, holidays that are free, and working days made up for them (调休)."""

    weekdays: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    holidays: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()

    def is_business_day(self, day: date) -> bool:
        """Say whether `day`, in the institution's own zone, is a business day."""
        if day in self.working_days:
            return True
        return day.isoweekday() in self.weekdays and day not in self.holidays

    def to_json(self) -> dict[str, list[int] | list[str]]:
        return {
            "weekdays": sorted(self.weekdays),
            "holidays": sorted(day.isoformat() for day in self.holidays),
            "working_days": sorted(day.isoformat() for day in self.working_days),
        }


def parse_calendar(value: object) -> Calendar:
    """Read {"weekdays":[1..7],"holidays":["2026-10-01"],"working_days":[…]}; raise InvalidInput("calendar.invalid")."""
    if not isinstance(value, dict) or set(value) != {"weekdays", "holidays", "working_days"}:
        raise _bad_calendar("expected exactly the lists weekdays, holidays, working_days")
    weekdays = value["weekdays"]
    if not isinstance(weekdays, list) or not weekdays or any(type(day) is not int for day in weekdays):
        raise _bad_calendar("weekdays are a list of numbers, at least one")
    if not set(weekdays) <= _ISO_WEEKDAYS:
        raise _bad_calendar("weekdays are numbers from 1 (Monday) to 7")
    calendar = Calendar(frozenset(weekdays), _days(value["holidays"]), _days(value["working_days"]))
    if calendar.holidays & calendar.working_days:
        raise _bad_calendar("a day cannot be both a holiday and a working day")
    return calendar


def _days(value: object) -> frozenset[date]:
    if not isinstance(value, list) or len(value) > MAX_HOLIDAYS:
        raise _bad_calendar(f"expected a list of at most {MAX_HOLIDAYS} dates")
    try:
        return frozenset(date.fromisoformat(day) for day in value)
    except (TypeError, ValueError) as error:
        raise _bad_calendar("dates are written 2026-10-01") from error


def _bad_calendar(why: str) -> InvalidInput:
    return InvalidInput("calendar.invalid", f"the business calendar was not understood: {why}", field="calendar")


def format_instant(moment: datetime) -> str:
    """Return a UTC instant as the formats spell it: 2026-11-23T15:04:05.123Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def add_seconds(moment: datetime, seconds: int) -> str:
    """Return the instant `seconds` later, in the formats' spelling."""
    return format_instant(moment + timedelta(seconds=seconds))
