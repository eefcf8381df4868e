"""Take a step with a listing as a member: confirm, dispute, resolve, revoke, or record the notice to its subject."""

from ledger.core.blacklist.steps import SignedStep, Step, parse_signed_step
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import InvalidInput, NotAllowed
from ledger.services.blacklist.known import check_own_signature
from ledger.services.blacklist.stepping import record_step
from ledger.services.context import Act, Stores, Written
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.storage.database import Connection
from signing.canonical import Json

_ROLES = {Step.REVOKE: "lister", Step.NOTICE: "lister", Step.RESOLVE: "judge"}


def step_listing(stores: Stores, act: Act, listing_id: str, given: Json) -> Written:
    """Record the step that a member signed with its own key.

    Raises NotAllowed (permission.denied, listing.not-a-member, listing.registry-only), VerificationFailed("blacklist.signature"),
    NotFound("listing.unknown"), the refusals of `core.blacklist.life.check_step`.
    """
    require(act.principal, Action.LISTING_STEP, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    if earlier := find_earlier(stores, act):
        return earlier
    signed = parse_signed_step(given)
    if signed.record.listing != listing_id:
        raise InvalidInput("listing.other-subject", "this step was signed about another listing than the address names")
    _check_signer(stores, act, signed)
    return write_once(stores, act, lambda tx: _write(tx, stores, act, signed))


def _check_signer(stores: Stores, act: Act, signed: SignedStep) -> None:
    step = signed.record
    if step.step in {Step.SUSPEND, Step.EXPIRE}:
        raise NotAllowed("listing.registry-only", "the registry suspends and expires, when a clock has run out")
    check_own_signature(stores, act, signed, "lister" if step.step is Step.CONFIRM else "member")


def _write(tx: Connection, stores: Stores, act: Act, signed: SignedStep) -> Written:
    step = signed.record.step
    written = record_step(tx, stores, act, signed, role=_ROLES.get(step, "member")).written(signed.record.listing)
    remember_answer(tx, act, written)
    return written
