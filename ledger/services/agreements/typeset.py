"""Typeset a loan contract from a template: the first half of putting it on record, which `create` finishes (DESIGN section 5).

Promises: the number is reserved first, in a transaction of its own; typesetting runs outside of any. Where it fails, the number
stays a gap. A preview reserves nothing and is marked as a draft.
"""

import json
from dataclasses import dataclass
from datetime import date

from ledger.core.agreements.contract_facts import (
    NONCE_BYTES,
    READING_CODE_CHARS,
    Contract,
    check_dates,
    contract_facts,
    cost_of,
    reading_code,
)
from ledger.core.agreements.draft import Draft, parse_draft
from ledger.core.agreements.parties import MAX_SIGNERS, parse_signers
from ledger.core.agreements.people import split_people
from ledger.core.agreements.repayment import make_schedule
from ledger.core.agreements.template import check_fits
from ledger.core.log.directory import Calendar, parse_calendar
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.agreements.create import NewAgreement, Reserved
from ledger.services.agreements.templates import load_template
from ledger.services.context import Act, Stores, Written
from ledger.services.numbering import home, local_day, take_number
from ledger.services.once import find_earlier
from ledger.storage.directory import InstitutionRow
from signing.canonical import Json, encode
from signing.pdf.typeset import Typesetter

PREVIEW_NUMBER = "0000-PREVIEW"


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a client asks for: a template by name, the draft as JSON not yet looked at, and how the agreement goes on."""

    template: str
    draft: Json
    application: str | None
    send: bool
    valid_days: int


def typeset(stores: Stores, act: Act, order: Order, typesetter: Typesetter) -> NewAgreement | Written:
    """Return what `create` is to record, or what the same request recorded before.

    Raises NotAllowed, NotFound (template), InvalidInput (draft, terms, signers), DocumentRefused (a glyph), Unavailable.
    """
    _require(act)
    if earlier := find_earlier(stores, act):
        return earlier
    prepared = _prepare(stores, act, order.template, order.draft, typesetter)
    number = stores.database.write(lambda tx: take_number(tx, act, prepared.institution))
    reserved = Reserved(
        agreement_id=act.new_id(),
        number=number,
        template=order.template,
        template_sha256=typesetter.digest(order.template),
    )
    code = reading_code(act.random(READING_CODE_CHARS))
    contract = Contract(
        draft=prepared.draft,
        dated=prepared.dated,
        number=reserved.number,
        agreement=reserved.agreement_id,
        nonce=act.random(NONCE_BYTES),
        reading_code=code,
    )
    return NewAgreement(
        document=_pdf(prepared, contract, typesetter),
        terms=prepared.draft.terms.to_json(),
        signers=prepared.draft.signers,
        reserved=reserved,
        reading_code=code,
        application=order.application,
        send=order.send,
        valid_days=order.valid_days,
    )


def preview(stores: Stores, act: Act, template: str, value: Json, typesetter: Typesetter) -> bytes:
    """Return the PDF that these terms would make, marked as a draft, without number, nonce or reading code; nothing is recorded."""
    _require(act)
    prepared = _prepare(stores, act, template, value, typesetter)
    contract = Contract(
        draft=prepared.draft,
        dated=prepared.dated,
        number=PREVIEW_NUMBER,
        agreement=PREVIEW_NUMBER,
        nonce=bytes(NONCE_BYTES),
        reading_code=None,
    )
    return _pdf(prepared, contract, typesetter)


def _require(act: Act) -> None:
    require(act.principal, Action.AGREEMENT_CREATE, Resource(act.principal.institution_id, Grade.PERSONAL))


@dataclass(frozen=True, kw_only=True)
class _Prepared:
    template: str
    draft: Draft
    institution: InstitutionRow
    calendar: Calendar
    dated: date


def _prepare(stores: Stores, act: Act, name: str, value: Json, typesetter: Typesetter) -> _Prepared:
    """Check everything that can be checked before a number is taken: template, terms, parties, dates, the schedule and its cost."""
    template = load_template(typesetter, name)
    draft = parse_draft(value)
    check_fits(template, draft.terms, draft.language, draft.roles)
    parse_signers(split_people(draft.signers, act.now)[0], tuple(act.new_id() for _ in range(MAX_SIGNERS)))
    institution, _ = stores.database.read(lambda tx: home(tx, act.principal.institution_id))
    dated, calendar = local_day(act, institution), parse_calendar(json.loads(institution.calendar))
    check_dates(draft.terms, dated)
    cost_of(draft.terms, make_schedule(draft.terms.plan(), calendar.is_business_day))
    return _Prepared(template=name, draft=draft, institution=institution, calendar=calendar, dated=dated)


def _pdf(prepared: _Prepared, contract: Contract, typesetter: Typesetter) -> bytes:
    facts = contract_facts(contract, prepared.calendar.is_business_day)
    terms = encode(prepared.draft.terms.to_json())
    return typesetter.contract(prepared.template, facts, terms, prepared.dated)
