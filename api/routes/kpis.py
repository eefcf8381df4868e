"""What the trail of approvals says about the work: time per stage, rates, load (DESIGN section 6)."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response

from api.auth import Here, Reading
from api.schemas.applications import read_instant
from api.schemas.kpis import figures_answer, figures_csv
from api.schemas.strict_request import Id
from ledger.errors import InvalidInput
from ledger.services.applications.read_figures import Span, read_figures

router = APIRouter(prefix="/v1", tags=["policies"])

_Instant = Annotated[str, Query(max_length=40, description="a time with its zone, such as 2026-12-01T00:00:00Z")]
_Maybe = Annotated[str | None, Query(max_length=40, description="of a second span to compare with")]


@router.get("/kpis", response_class=JSONResponse)
def get_kpis(
    here: Here,
    act: Reading,
    since: _Instant,
    until: _Instant,
    policy: Annotated[Id | None, Query(description="only what was decided under this policy")] = None,
    against_since: _Maybe = None,
    against_until: _Maybe = None,
    against_policy: Annotated[Id | None, Query(description="of the second span")] = None,
    form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> Response:
    """Count a period, and a second one or another policy beside it; stamped with the checkpoint that was counted."""
    spans = [_span("since", since, until, policy)]
    if against_since is not None or against_until is not None or against_policy is not None:
        spans.append(_span("against_since", against_since or since, against_until or until, against_policy))
    asked = tuple(spans)
    counted = read_figures(here.stores, act, *asked)
    if form == "json":
        return JSONResponse(figures_answer(counted, asked))
    headers = {"Content-Disposition": 'attachment; filename="kpis.csv"', "Cache-Control": "no-store"}
    return Response(figures_csv(counted, asked), media_type="text/csv; charset=utf-8", headers=headers)


def _span(name: str, since: str, until: str, policy: str | None) -> Span:
    return Span(since=_instant(name, since), until=_instant("until", until), policy_id=policy)


def _instant(name: str, text: str) -> datetime:
    try:
        return read_instant(text)
    except ValueError as error:
        message = f"{name}: expected a time with its zone, such as 2026-12-01T00:00:00Z"
        raise InvalidInput("period.invalid", message, field=name) from error
