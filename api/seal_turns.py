"""What the worker's loop of the seal does in one turn: seal one signed agreement, or renew one archive time stamp."""

import time
from dataclasses import dataclass
from datetime import timedelta

import structlog

from api.wiring import ids
from api.wiring.installation import Installation
from ledger.core.log.permissions import Principal, Role
from ledger.services.agreements.seals_due import seals_due
from ledger.services.context import Act

QUIET_SECONDS = 0.3  # how soon a signed agreement is noticed
REST = 2.0  # after a seal the loop rests twice as long as the seal took: a third of one processor at most

log = structlog.get_logger("tally.worker")


@dataclass
class Sealing:
    """The turns of the seal: one signed agreement is sealed, or one archive time stamp renewed."""

    here: Installation
    holder: str

    def turn(self) -> float:
        """Seal or renew one; rest longer than the work took, so that requests keep most of the processor."""
        here, began = self.here, time.thread_time()
        days = here.settings.seal_renew_days
        if not here.settings.sealing or not seals_due(here.stores, ids.now(), days_ahead=days):
            return QUIET_SECONDS
        # pyHanko takes a third of a second and 60 MB to load: only a process that has something to seal pays for it.
        from ledger.services.agreements.renew_seal import renew_next  # noqa: PLC0415  # see above
        from ledger.services.agreements.seal import SealTurn, seal_next  # noqa: PLC0415  # as above

        turn = SealTurn(
            holder=self.holder,
            now=ids.now(),
            anchor_wait=timedelta(seconds=here.settings.seal_anchor_seconds),
            act_of=self._act,
            tools_of=here.seal_tools,
        )
        done = seal_next(here.stores, turn)
        if done.agreement_id is None:
            done = renew_next(here.stores, turn, days_ahead=days)
        if done.code is not None:
            log.warning("seal not made; it will be tried again", agreement=done.agreement_id, code=done.code)
        if done.agreement_id is None:
            return QUIET_SECONDS
        return (time.thread_time() - began) * REST

    def _act(self, institution_id: str) -> Act:
        return self.here.act(Principal("worker", institution_id, frozenset({Role.OPERATOR}), "program"))
