"""Real checks of the blacklist for applications of tests: evaluators with shares, a signed list, receipts that verify."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from ledger.core.blacklist.identifiers import parse_identifier
from ledger.core.blacklist.judging import CheckPolicy
from ledger.core.blacklist.receipts import CheckReceipt
from ledger.core.log.directory import format_instant
from ledger.services.applications.add_check import NewCheck
from support.consortium import (
    PARTNER,
    TODAY,
    Consortium,
    answer_of,
    consortium,
    opening_of,
    request_about,
    signed_answer,
    signed_request,
)

EVER = ("2020-01-01T00:00:00.000Z", "2040-01-01T00:00:00.000Z")  # whatever a test's clock says


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which applicant of which application an institution asks about, and when."""

    institution: str
    identity: str
    application: str
    at: datetime


@cache
def _group(listed: tuple[str, ...]) -> Consortium:
    return consortium([parse_identifier("cn-id", identity, TODAY) for identity in listed], opened=EVER)


def check_policy(institution: str) -> CheckPolicy:
    """Return whom an institution believes about checks: its own key too."""
    policy = _group(()).policy
    return CheckPolicy(epochs=policy.epochs, registries=policy.registries, institutions={institution: PARTNER.public})


def real_check(asked: Asked, listed: tuple[str, ...] = ()) -> NewCheck:
    """Return receipt and opening of a look-up in a list of these identity numbers, and whom the institution believes."""
    group, identifier = _group(listed), parse_identifier("cn-id", asked.identity, asked.at.date())
    at = format_instant(asked.at)
    request = replace(
        request_about(group, identifier, application=asked.application), institution=asked.institution, at=at
    )
    answers = tuple(signed_answer(replace(answer_of(group, request, index), at=at)) for index in (1, 3))
    receipt = CheckReceipt(signed_request(request), answers, group.version)
    opening = replace(opening_of(group, receipt, identifier), application=asked.application)
    return NewCheck(receipt=receipt.to_bytes(), opening=opening.to_bytes(), policy=check_policy(asked.institution))
