"""Bodies and answers of the ceremony's routes: sending, voiding, replacing, identity papers, notices, webhooks."""

import base64
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from api.schemas.directory import StrictBody
from api.schemas.strict_request import ApplicationName
from ledger.core.agreements.ceremony import DEFAULT_DAYS, MOST_DAYS
from ledger.services.agreements.list_notices import NoticeLine
from ledger.services.agreements.read_identity import IdentityPapers
from ledger.storage.identity import SubmissionRow
from ledger.storage.webhooks import DeliveryRow, EndpointRow

Reason = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class NewSending(StrictBody):
    valid_days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = DEFAULT_DAYS


class NewSubmission(StrictBody):
    application: ApplicationName


class NewVoiding(StrictBody):
    reason: Reason


class NewReplacement(StrictBody):
    """`signer` as at creation: {"role","name","key" or "person", "pens"}."""

    signer: dict[str, Any]
    reason: Reason


class NewIdentityDecision(StrictBody):
    """A refusal says why."""

    accepted: bool
    reason: Reason | None = None


class NewWebhookEndpoint(StrictBody):
    """Without `events` the endpoint gets every event of agreements."""

    url: Annotated[str, StringConstraints(max_length=500)]
    events: Annotated[
        list[Annotated[str, StringConstraints(max_length=64)]], Field(max_length=40, default_factory=list)
    ]


class NewReplay(StrictBody):
    since: Annotated[AwareDatetime, Field(strict=False, description="everything made since then is sent again")]


DeliveryStatus = Literal["waiting", "sent", "dead"]


def submission_line(row: SubmissionRow) -> dict[str, object]:
    """Return what a list of identity papers shows of one: nothing of the person."""
    return {
        "id": row.id,
        "agreement": row.agreement_id,
        "signer": row.signer_id,
        "provider": row.provider,
        "paper": row.paper,
        "submitted_at": row.submitted_at,
        "result": row.result,
    }


def papers_answer(papers: IdentityPapers) -> dict[str, object]:
    """Return the papers with what is on record about the person they must show."""
    return {
        **submission_line(papers.row),
        "person": papers.person.to_json() if papers.person else None,
        "files": [
            {"media_type": file.media_type, "data": base64.b64encode(file.data).decode()} for file in papers.files
        ],
    }


def notice_line(line: NoticeLine) -> dict[str, object]:
    """Return what became of one message."""
    row = line.row
    return {
        "signer": row.signer_id,
        "kind": row.kind,
        "status": row.status,
        "channel": row.channel,
        "attempts": row.attempts,
        "last_code": row.last_code,
        "made_at": row.made_at,
        "due_at": row.due_at if row.status == "waiting" else None,
        "done_at": row.done_at,
    }


def endpoint_line(row: EndpointRow) -> dict[str, object]:
    return {"id": row.id, "url": row.url, "events": row.events.split()}


def delivery_line(row: DeliveryRow) -> dict[str, object]:
    return {
        "id": row.id,
        "event": row.event_id,
        "status": row.status,
        "attempts": row.attempts,
        "last_status": row.last_status,
        "last_code": row.last_code,
        "made_at": row.made_at,
        "due_at": row.due_at if row.status == "waiting" else None,
        "done_at": row.done_at,
    }
