"""What the log says of the blacklist: rows of listings, their steps and states, epochs, members and versions.

Promises: each row follows from its subject's entries and their opened fields, a state by the same table as when it was taken; each
statement is held against the key of whoever signed it, where the log names it. Leaves to others: reading (services), comparing
(core.log.audit_rows), the token tree's leaves. DESIGN sections 7 and 8.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ledger.core.blacklist.life import Life, follow, next_due
from ledger.core.blacklist.listings import parse_signed_listing
from ledger.core.blacklist.signed import R, Signed
from ledger.core.blacklist.steps import EVENTS, parse_signed_step
from ledger.core.blacklist.versions import parse_version
from ledger.core.log.audit_projection import Projection, Told, World, text_of
from ledger.core.log.audit_rows import UNTOLD, Hashed, Value
from ledger.errors import Conflict, InvalidInput, VerificationFailed
from signing.canonical import Json, encode


def project_blacklist(history: Sequence[Told], world: World) -> Projection:
    """Return the rows that the entries of one listing, epoch or member make."""
    making = _Making(Projection(), world)
    for told in history:
        handler = _HANDLERS.get(told.type)
        if handler is not None:
            handler(making, told)
    return making.projection


@dataclass
class _Making:
    projection: Projection
    world: World
    life: Life | None = None
    membership: str = ""  # the entry that made the present one

    def statement(self, told: Told, parse: Callable[[Json], Signed[R]]) -> Signed[R] | None:
        """Return the signed statement of an entry, held against its signer's key; None where it was erased or cannot be read."""
        if "statement" not in told.values:
            return None
        try:
            signed = parse(told.values["statement"])
        except InvalidInput as error:
            self.projection.object_to(
                told, "entry.malformed", "statement", expected="a signed statement", found=error.code
            )
            return None
        self.check(told, signed)
        return signed

    def check(self, told: Told, signed: Signed[R]) -> None:
        """Object where the log names the key and it did not sign this; a key that only the chain names is passed over."""
        key = self.world.blacklist_keys.get(signed.signature.key_id)
        try:
            if key is not None:
                signed.check(key)
        except VerificationFailed as error:
            self.projection.object_to(
                told, "signature.refused", "statement", expected=signed.signature.key_id, found=error.code
            )


def _proposed(making: _Making, told: Told) -> None:
    entry, signed = told.placed.entry, making.statement(told, parse_signed_listing)
    listing = signed.record if signed else None
    making.life = Life(listing=listing) if listing else None
    making.projection.expect(
        "listing",
        told,
        {
            "id": entry.subject.id,
            "epoch_id": listing.epoch if listing else UNTOLD,
            "institution_id": listing.institution if listing else UNTOLD,
            "token": listing.token if listing else UNTOLD,
            "record": signed.to_bytes() if signed else UNTOLD,
            "sealed": Hashed(listing.details) if listing else UNTOLD,
            "proposed_entry": entry.id,
            "proposed_at": entry.at,
        },
    )
    making.projection.expect("listing_state", told, {"listing_id": entry.subject.id, **_stands(making, told)})
    making.projection.expect("listing_clock", told, {"listing_id": entry.subject.id, "due_at": _due(making)})


def _stands(making: _Making, told: Told) -> dict[str, Value]:
    return {
        "state": str(making.life.state) if making.life else UNTOLD,
        "changed_entry": told.placed.entry.id,
        "published": UNTOLD,
        "published_version": UNTOLD,
    }


def _due(making: _Making) -> Value:
    return next_due(making.life) if making.life else UNTOLD


def _stepped(making: _Making, told: Told) -> None:
    entry, signed = told.placed.entry, making.statement(told, parse_signed_step)
    step = signed.record if signed else None
    making.projection.expect(
        "listing_step",
        told,
        {
            "entry_id": entry.id,
            "listing_id": entry.subject.id,
            "institution_id": step.institution if step else UNTOLD,
            "step": str(step.step) if step else UNTOLD,
            "record": signed.to_bytes() if signed else UNTOLD,
            "at": entry.at,
        },
    )
    try:
        making.life = follow(making.life, step, entry.at) if making.life and step else None
    except Conflict as error:
        making.projection.object_to(
            told, "entry.contradicts", "type", expected="a step that may follow", found=error.code
        )
    key = (entry.subject.id,)
    if not making.projection.amend("listing_state", told, key, _stands(making, told)):
        making.projection.object_to(
            told, "entry.contradicts", "type", expected="listing.proposed first", found=told.type
        )
    making.projection.amend("listing_clock", told, key, {"due_at": _due(making)})


def _epoch_opened(making: _Making, told: Told) -> None:
    entry, public = told.placed.entry, told.placed.entry.public
    number = public.get("number")
    making.projection.expect(
        "blacklist_epoch",
        told,
        {
            "id": bytes.fromhex(entry.subject.id),
            "institution_id": entry.institution,
            "purpose": text_of(public.get("purpose")),
            "number": number if isinstance(number, int) else UNTOLD,
            "record": _hashed(public.get("record")),
            "opened_entry": entry.id,
            "opened_at": entry.at,
        },
    )


def _hashed(value: Json) -> Value:
    return Hashed(bytes.fromhex(value)) if isinstance(value, str) else UNTOLD


def _admitted(making: _Making, told: Told) -> None:
    entry, public = told.placed.entry, told.placed.entry.public
    quota = public.get("quota")
    making.projection.expect(
        "blacklist_member",
        told,
        {
            "entry_id": entry.id,
            "institution_id": entry.subject.id,
            "public_key": encode(public.get("key")).decode(),
            "quota": quota if isinstance(quota, int) else UNTOLD,
            "left_entry": None,
        },
    )
    making.membership = entry.id


def _left(making: _Making, told: Told) -> None:
    values: dict[str, Value] = {"left_entry": told.placed.entry.id}
    if not making.projection.amend("blacklist_member", told, (making.membership,), values):
        making.projection.object_to(told, "entry.contradicts", "type", expected="a member", found=told.type)


def _versioned(making: _Making, told: Told) -> None:
    entry, public = told.placed.entry, told.placed.entry.public
    try:
        signed = parse_version({"record": public.get("version"), "signature": public.get("signature")})
    except InvalidInput as error:
        making.projection.object_to(told, "entry.malformed", "version", expected="a signed version", found=error.code)
        return
    making.check(told, signed)
    version = signed.record
    making.projection.expect(
        "token_version",
        told,
        {
            "epoch_id": version.epoch,
            "number": version.number,
            "root": version.root,
            "count": version.count,
            "record": signed.to_bytes(),
            "recorded_entry": entry.id,
            "at": version.at,
        },
    )


_HANDLERS: Mapping[str, Callable[[_Making, Told], None]] = {
    "listing.proposed": _proposed,
    **dict.fromkeys(EVENTS.values(), _stepped),
    "blacklist.epoch-opened": _epoch_opened,
    "blacklist.member-admitted": _admitted,
    "blacklist.member-left": _left,
    "blacklist.version": _versioned,
}
