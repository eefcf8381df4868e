"""One evaluator as a service of its own: a small application, a database of its own, members from a file, versions from the registry.

Promises: it holds a share and no list; a registry that shows it two lists is not believed; while the registry does not answer, the
versions that were seen last are good for STALE_SECONDS. Leaves the rules to services.blacklist.evaluate.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import FastAPI, Path, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from api import errors
from api.commands.chain_members import ChainMembers
from api.commands.evaluator_members import Members
from api.limits import BodyLimit
from api.wiring import ids
from ledger.core.blacklist.admission import Member
from ledger.core.blacklist.checks import parse_signed_request
from ledger.core.blacklist.judging import CheckPolicy
from ledger.core.blacklist.signed import MAX_RECORD_BYTES, read_json
from ledger.core.blacklist.versions import SignedVersion, check_follows
from ledger.errors import LedgerError, Unavailable, VerificationFailed
from ledger.partner.doors import Registry
from ledger.partner.syncing import newest_versions
from ledger.services.blacklist.evaluate import evaluate
from ledger.services.blacklist.parties import EvaluatorDesk
from ledger.storage.database import Database

FRESH_SECONDS, STALE_SECONDS = 5, 120


@dataclass
class RemoteWorld:
    """What an evaluator apart from the registry knows: its members file, and the newest versions that it saw."""

    registry: Registry
    policy: CheckPolicy
    known: Members
    epoch_id: bytes
    now: Callable[[], datetime] = ids.now
    contract: ChainMembers | None = None  # says who may check, where the evaluator reads the chain
    _seen: tuple[SignedVersion, ...] = ()
    _at: datetime | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def members(self) -> Mapping[str, Member]:
        own = self.known.members
        return own if self.contract is None else self.contract.allowed(own)

    def versions(self) -> tuple[SignedVersion, ...]:
        """Return the newest two versions; raise VerificationFailed("version.forked"), Unavailable."""
        with self._lock:
            if self._age() > timedelta(seconds=FRESH_SECONDS):
                self._look()
            return self._seen

    def _age(self) -> timedelta:
        return timedelta.max if self._at is None else self.now() - self._at

    def _look(self) -> None:
        try:
            found = tuple(newest_versions(self.registry, self.policy, self.epoch_id))
        except VerificationFailed:
            raise
        except LedgerError as error:
            if self._age() > timedelta(seconds=STALE_SECONDS):
                raise Unavailable("check.no-version", f"the registry does not answer: {error.message}") from error
            return
        self._check_history(found)
        self._seen, self._at = found, self.now()

    def _check_history(self, found: tuple[SignedVersion, ...]) -> None:
        if not self._seen:
            return
        last = self._seen[0].record
        for version in found:
            if version.record.number == last.number + 1:
                check_follows(last, version.record)
            if version.record.number == last.number and version.record != last:
                raise VerificationFailed(
                    "version.forked", f"version {last.number} is shown otherwise than it was: tell the consortium"
                )
        if found[0].record.number < last.number:
            raise VerificationFailed(
                "version.forked",
                f"version {last.number} was seen, now {found[0].record.number} is shown: tell the consortium",
            )


def create_node(database: Database, desk: EvaluatorDesk) -> FastAPI:
    """Return the application of one evaluator."""
    app = FastAPI(title="Tallystick evaluator", docs_url=None, redoc_url=None, openapi_url=None)
    errors.install(app)
    app.add_middleware(BodyLimit, most=MAX_RECORD_BYTES)

    @app.get("/livez")
    def livez() -> dict[str, object]:
        return {"evaluator": desk.index, "epoch": desk.epoch.id.hex()}

    @app.post("/v1/blacklist/evaluators/{index}/answers")
    async def answer(request: Request, index: Annotated[int, Path(ge=1, le=32)]) -> Response:
        if index != desk.index:
            raise VerificationFailed("evaluation.unknown-evaluator", f"this is evaluator {desk.index}, not {index}")
        signed = parse_signed_request(read_json(await request.body(), "check-request.malformed"))
        made = await run_in_threadpool(evaluate, database, desk, signed, ids.now(), ids.random_bytes(32))
        return Response(made.to_bytes(), media_type="application/json")

    return app
