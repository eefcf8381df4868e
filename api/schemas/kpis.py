"""The figures of approvals as JSON and as CSV, each with the checkpoint at which they were counted."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal

from ledger.core.applications.figures_report import Figures, Times, change
from ledger.services.applications.read_figures import CountedFigures, Span, Stamp

CSV_COLUMNS = ("span", "group", "name", "measure", "value")
_BOM = "\ufeff"


def figures_answer(counted: CountedFigures, spans: tuple[Span, ...]) -> dict[str, object]:
    """Shape one span, or two side by side with their difference; times are business seconds, rates have four decimals."""
    shown = [_figures(figures, span) for figures, span in zip(counted.figures, spans, strict=True)]
    pair = counted.figures[1:] and change(counted.figures[1], counted.figures[0])
    return {
        "checkpoint": _stamp(counted.stamp),
        "time": {"unit": "business seconds", "zone": counted.zone},
        **shown[0],
        "against": shown[1] if len(shown) > 1 else None,
        "change": pair or None,
    }


def figures_csv(counted: CountedFigures, spans: tuple[Span, ...]) -> str:
    """Return the same as lines of span, group, name, measure, value; the first lines are the checkpoint."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(CSV_COLUMNS)
    for name, value in _stamp(counted.stamp).items():
        writer.writerow(("", "checkpoint", "", name, value))
    writer.writerow(("", "time", "business seconds", "zone", counted.zone))
    for name, figures, span in zip(("period", "against"), counted.figures, spans, strict=False):
        writer.writerows((name, *line) for line in _lines(figures, span))
    return _BOM + out.getvalue()


def _stamp(stamp: Stamp) -> dict[str, object]:
    return {"origin": stamp.origin, "size": stamp.size, "root": stamp.root.hex()}


def _figures(figures: Figures, span: Span) -> dict[str, object]:
    return {
        "since": span.since.isoformat(),
        "until": span.until.isoformat(),
        "policy": span.policy_id,
        "stages": {name: _times(times) for name, times in sorted(figures.stages.items())},
        "waiting": {name: vars(each) for name, each in sorted(figures.waiting.items())},
        "bottleneck": figures.bottleneck,
        "moved": dict(sorted(figures.moved.items())),
        "automated": dict(sorted(figures.automated.items())),
        **{name: _rate(value) for name, value in figures.rates().items()},
        "approvers": {name: _times(times) for name, times in sorted(figures.approvers.items())},
    }


def _lines(figures: Figures, span: Span) -> Iterator[tuple[object, ...]]:
    yield "span", "", "since", span.since.isoformat()
    yield "span", "", "until", span.until.isoformat()
    yield "span", "", "policy", span.policy_id or "all"
    for group, found in (("stage", figures.stages), ("approver", figures.approvers)):
        for name, times in sorted(found.items()):
            for measure, value in _times(times).items():
                yield group, name, measure, value
    for name, each in sorted(figures.waiting.items()):
        yield "waiting", name, "count", each.count
        yield "waiting", name, "overdue", each.overdue
    for name, count in sorted(figures.moved.items()):
        yield "moved", name, "count", count
        yield "moved", name, "automated", figures.automated.get(name, 0)
    for name, rate in figures.rates().items():
        yield "rate", name, "share", _rate(rate) or ""
    yield "bottleneck", figures.bottleneck or "", "stage", ""


def _times(times: Times) -> dict[str, int]:
    return {"count": times.count, "p50": times.p50, "p90": times.p90, "total": times.total, "late": times.late}


def _rate(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
