"""The staff's page of figures: a period's rates, times and load beside the period before, with the checkpoint that was counted."""

from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.auth import Here
from api.pages.customer.terms_card import Words
from api.pages.rendering import language_for
from api.pages.staff.decision_shown import office
from api.pages.staff.frame import SignedIn, staff_page
from api.pages.words import words_in
from ledger.core.agreements.people import DEFAULT_ZONE
from ledger.core.applications.figures_report import Figures, Times, Waiting
from ledger.errors import Unavailable
from ledger.services.applications.read_figures import CountedFigures, Span, read_figures
from ledger.services.log.list_names import list_names

router = APIRouter(prefix="/staff", include_in_schema=False)

DAYS = 30
HOUR = 3600
YEARS = range(2000, 2200)  # the period before is as long, and must be a time too
NOTHING = Times(count=0, total=0, p50=0, p90=0, late=0)
_Day = Annotated[str, Query(max_length=20)]


@router.get("/figures", response_class=HTMLResponse)
def get_figures(request: Request, here: Here, staff: SignedIn, since: _Day = "", until: _Day = "") -> Response:
    """Show a period, the last thirty days unless another is asked for, and the one before it."""
    w = words_in(language_for(request))
    zone = ZoneInfo(DEFAULT_ZONE)
    last = _day(until) or staff.act.now.astimezone(zone).date()
    first = _day(since) or last - timedelta(days=DAYS - 1)
    bad = bool((since and _day(since) is None) or (until and _day(until) is None) or first > last)
    asked = {"since": since or first.isoformat(), "until": until or last.isoformat()}
    counted = None if bad else _counted(here, staff, first, last, zone)
    shown = None if counted is None else _shown(counted, _names(here, staff, counted), w)
    return staff_page(request, here, staff, "figures", {"asked": asked, "bad": bad, "figures": shown})


def _counted(here: Here, staff: SignedIn, first: date, last: date, zone: ZoneInfo) -> CountedFigures | None:
    starts = datetime.combine(first, time(), zone)
    ends = datetime.combine(last + timedelta(days=1), time(), zone)
    before = Span(since=starts - (ends - starts), until=starts)
    try:
        return read_figures(here.stores, staff.act, Span(since=starts, until=ends), before)
    except Unavailable:
        return None


def _names(here: Here, staff: SignedIn, counted: CountedFigures) -> dict[str, str]:
    """Return whom the load is of, by their ids; rule sets, and people whose names were erased, are missing."""
    return list_names(here.stores, staff.act, counted.figures[0].approvers)


def _shown(counted: CountedFigures, names: dict[str, str], w: Words) -> dict[str, object]:
    now, before = counted.figures
    stamp = counted.stamp
    return {
        "rates": [(w(f"figures.{name}"), _percent(now, name), _percent(before, name)) for name in now.rates()],
        "bottleneck": None if now.bottleneck is None else office(now.bottleneck, w),
        "stages": [_stage(name, now, before, w) for name in sorted({*now.stages, *now.waiting})],
        "approvers": sorted(
            (names.get(who, w("office.rule-set")), *_times(times, w)) for who, times in now.approvers.items()
        ),
        "stamp": {"size": f"{stamp.size:,}", "origin": stamp.origin, "root": stamp.root.hex()},
    }


def _stage(name: str, now: Figures, before: Figures, w: Words) -> dict[str, object]:
    times, waiting = now.stages.get(name, NOTHING), now.waiting.get(name, Waiting(count=0, overdue=0))
    count, p50, p90, late = _times(times, w)
    was = before.stages.get(name)
    return {
        "name": office(name, w),
        "count": count,
        "p50": p50,
        "p90": p90,
        "late": late,
        "before": None if was is None else _hours(was.p90, w),
        "waiting": waiting.count,
        "overdue": waiting.overdue,
    }


def _times(times: Times, w: Words) -> tuple[int, str, str, int]:
    p50, p90 = (_hours(times.p50, w), _hours(times.p90, w)) if times.count else ("–", "–")
    return times.count, p50, p90, times.late


def _hours(seconds: int, w: Words) -> str:
    return w("figures.hours", hours=f"{seconds / HOUR:,.1f}")


def _percent(figures: Figures, name: str) -> str:
    rate = figures.rates()[name]
    return "–" if rate is None else f"{rate * 100:.1f} %"


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None
