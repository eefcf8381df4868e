"""The consortium's members as its contract has them, for an evaluator that runs apart from the registry.

Promises: whoever is no member there in good standing with the checker's role is refused, whatever the evaluator's own file says; while the
chain does not answer, what was read last is good for STALE_SECONDS. Leaves quotas to the file.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from api.wiring import ids
from ledger.core.blacklist.admission import Member
from ledger.core.blacklist.consortium import ChainMember, Seen, who_may_check
from ledger.errors import LedgerError, Unavailable

FRESH_SECONDS, STALE_SECONDS = 15, 3600


@dataclass
class ChainMembers:
    """Members by the contract's word; `read` asks the chain."""

    read: Callable[[], Sequence[ChainMember]]
    now: Callable[[], datetime] = ids.now
    _seen: Seen = field(default_factory=lambda: Seen({}))
    _at: datetime | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def allowed(self, own: Mapping[str, Member]) -> Mapping[str, Member]:
        """Return who may check, with the keys that the contract has; raise Unavailable("check.no-consortium")."""
        with self._lock:
            if self._age() > timedelta(seconds=FRESH_SECONDS):
                self._look()
            strangers = frozenset(own) - set(self._seen.members)
            return who_may_check(own, Seen(self._seen.members, strangers), self.now())

    def _age(self) -> timedelta:
        return timedelta.max if self._at is None else self.now() - self._at

    def _look(self) -> None:
        try:
            found = self.read()
        except LedgerError as error:
            if self._age() > timedelta(seconds=STALE_SECONDS):
                raise Unavailable(
                    "check.no-consortium", f"the chain does not say who belongs to the consortium: {error.message}"
                ) from error
            return
        self._seen, self._at = Seen({member.institution: member for member in found}), self.now()
