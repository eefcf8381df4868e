"""The ceremony of one agreement as a pure state machine: who has done what, whose turn it is, who may sign now (DESIGN 5).

Promises: no sequence of events reaches `signed` unless every party signed, each after those of a lower order and after the
steps asked of them; a replaced party can do nothing more. Time is an argument.
Leaves to others: whether somebody is who they say (sessions, identity), and recording (services).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from ledger.core.agreements.states import OPEN_FOR_SIGNATURE, Move, State, after, after_signature, not_open
from ledger.errors import Conflict, NotFound


class Step(StrEnum):
    """What a person does before signing, in this order; the words are those of the entries."""

    VIEWED = "viewed"
    IDENTIFIED = "identified"
    CONSENTED = "consented"
    READ = "read"

    @property
    def move(self) -> Move:
        return Move(self.value)


ALL_STEPS = tuple(Step)
DEFAULT_DAYS, MOST_DAYS = 30, 180  # for how long an agreement takes signatures once it was sent


@dataclass(frozen=True, kw_only=True)
class Seat:
    """One party's place in the ceremony: parties of an equal `order` sign in parallel, lower ones first."""

    signer_id: str
    order: int = 1
    needs: frozenset[Step] = frozenset()
    done: frozenset[Step] = frozenset()
    is_signed: bool = False
    is_replaced: bool = False

    @property
    def missing(self) -> tuple[Step, ...]:
        """The steps still to take, in their order."""
        return tuple(step for step in ALL_STEPS if step in self.needs - self.done)


@dataclass(frozen=True, kw_only=True)
class Ceremony:
    """Where an agreement and each of its parties stand; `expires_at` is None until it was sent."""

    state: State
    seats: tuple[Seat, ...]
    expires_at: datetime | None = None

    @property
    def active(self) -> tuple[Seat, ...]:
        return tuple(seat for seat in self.seats if not seat.is_replaced)

    @property
    def turn(self) -> frozenset[str]:
        """Who may sign next, by order alone: the unsigned parties of the lowest order that has any."""
        waiting = [seat for seat in self.active if not seat.is_signed]
        first = min((seat.order for seat in waiting), default=0)
        return frozenset(seat.signer_id for seat in waiting if seat.order == first)

    def seat(self, signer_id: str) -> Seat:
        """Return a party's seat; raise NotFound("signer.unknown"), Conflict("signer.replaced")."""
        seat = next((seat for seat in self.seats if seat.signer_id == signer_id), None)
        if seat is None:
            raise NotFound(
                "signer.unknown", "this agreement has no such signer; read the agreement for the ids of its signers"
            )
        if seat.is_replaced:
            raise Conflict("signer.replaced", "another person signs in this place now; ask the lender")
        return seat

    def unsigned_seat(self, signer_id: str) -> Seat:
        """Return the seat of a party that has not signed; raise what `seat` raises, Conflict("signature.exists")."""
        seat = self.seat(signer_id)
        if seat.is_signed:
            raise Conflict("signature.exists", "this signer has signed already")
        return seat


def move(ceremony: Ceremony, what: Move) -> Ceremony:
    """Return the ceremony after something that concerns the agreement as a whole; raise Conflict (see `states.after`)."""
    return replace(ceremony, state=after(ceremony.state, what))


def send(ceremony: Ceremony, expires_at: datetime) -> Ceremony:
    """Return the ceremony once it was sent, open until `expires_at`."""
    return replace(move(ceremony, Move.SENT), expires_at=expires_at)


def take_step(ceremony: Ceremony, signer_id: str, step: Step) -> Ceremony:
    """Return the ceremony after one person's step; a step taken twice changes nothing.

    Raises NotFound, Conflict("agreement.not-open" | "agreement.not-sent" | "signer.replaced" | "signature.exists" |
    "signer.step-missing").
    """
    if ceremony.state not in OPEN_FOR_SIGNATURE:
        raise not_open(ceremony.state)
    seat = ceremony.unsigned_seat(signer_id)
    _require_steps(seat, ALL_STEPS[: ALL_STEPS.index(step)])
    moved = move(ceremony, step.move)
    return _with_seat(moved, replace(seat, done=seat.done | {step}))


def check_may_sign(ceremony: Ceremony, signer_id: str, now: datetime) -> Seat:
    """Return the seat when this person may sign at `now`; raise otherwise, saying what stands in the way.

    Raises NotFound("signer.unknown"); Conflict: agreement.not-open, agreement.not-sent, agreement.past-deadline,
    signer.replaced, signature.exists, signer.not-your-turn, signer.step-missing.
    """
    if ceremony.state not in OPEN_FOR_SIGNATURE:
        raise not_open(ceremony.state)
    if ceremony.expires_at is not None and now >= ceremony.expires_at:
        raise Conflict(
            "agreement.past-deadline", "the time for signing this agreement has run out; ask the lender to send it anew"
        )
    seat = ceremony.unsigned_seat(signer_id)
    if signer_id not in ceremony.turn:
        raise Conflict(
            "signer.not-your-turn", "others sign before this person; a message is sent when it is their turn"
        )
    _require_steps(seat, ALL_STEPS)
    return seat


def sign(ceremony: Ceremony, signer_id: str, now: datetime) -> Ceremony:
    """Return the ceremony after a signature; raise what `check_may_sign` raises."""
    seat = check_may_sign(ceremony, signer_id, now)
    signed = sum(item.is_signed for item in ceremony.active) + 1
    state = after_signature(ceremony.state, signed=signed, signers=len(ceremony.active))
    return _with_seat(replace(ceremony, state=state), replace(seat, is_signed=True))


def replace_signer(ceremony: Ceremony, signer_id: str, successor: Seat) -> Ceremony:
    """Return the ceremony with another person in a party's place; whoever signed stays.

    Raises what `states.after` raises, NotFound, Conflict("signer.replaced" | "signature.exists").
    """
    moved = move(ceremony, Move.SIGNER_REPLACED)
    old = moved.unsigned_seat(signer_id)
    seats = _with_seat(moved, replace(old, is_replaced=True)).seats
    return replace(moved, seats=(*seats, replace(successor, order=old.order)))


def seats_of(signers: Iterable[tuple[str, int, frozenset[Step]]]) -> tuple[Seat, ...]:
    """Return fresh seats of (signer id, order, needed steps)."""
    return tuple(Seat(signer_id=signer_id, order=order, needs=needs) for signer_id, order, needs in signers)


def _require_steps(seat: Seat, steps: tuple[Step, ...]) -> None:
    missing = next((step for step in seat.missing if step in steps), None)
    if missing is not None:
        raise Conflict("signer.step-missing", f"this person still has to go through the step: {missing}", field=missing)


def _with_seat(ceremony: Ceremony, changed: Seat) -> Ceremony:
    seats = tuple(changed if seat.signer_id == changed.signer_id else seat for seat in ceremony.seats)
    return replace(ceremony, seats=seats)
