"""Bodies of the routes of an application's later life."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from api.schemas.directory import StrictBody

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]
Day = Annotated[date, Field(strict=False)]


class NewWithdrawal(StrictBody):
    """On what ground the applicant withdraws, and the hash of what shows it."""

    ground: Words
    evidence_sha256: Sha256


class NewTelling(StrictBody):
    """The message by which the applicant was told: its id, channel, delivery status, and the last day that it names."""

    message_id: Words
    channel: Literal["email", "sms", "post", "in-person"]
    status: Literal["sent", "delivered", "failed"]
    until: Day


class NewMail(StrictBody):
    """Until which day the applicant is to answer; by default the day on which the application is due."""

    until: Day | None = None


class NewAcceptance(StrictBody):
    """The hash of the terms as they are after the counter-offer, and of what shows that the applicant takes them."""

    terms_sha256: Sha256
    evidence_sha256: Sha256


class NewConditionReport(StrictBody):
    """The hash of what shows that a condition is met, and what it is."""

    evidence_sha256: Sha256
    what: Words
