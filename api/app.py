"""The HTTP service: routes, limits, headers and errors around one installation."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import version

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import errors
from api.limits import FORM_OVERHEAD, BodyLimit
from api.pages import auditor, home
from api.pages.customer import copies, invitation, pens, steps
from api.pages.refusals import RefusalPages
from api.pages.staff import (
    access,
    colleagues,
    committee,
    countersigning,
    desk,
    entering,
    figures,
    for_applicant,
    new_contract,
    telling,
)
from api.pages.staff import agreements as staff_agreements
from api.pages.staff import applications as staff_applications
from api.pages.staff import blacklist as staff_blacklist
from api.pages.staff import identity as staff_identity
from api.pages.static import VersionedStatic
from api.routes import (
    agreements,
    application_life,
    applications,
    blacklist,
    ceremony,
    delegations,
    directory,
    evaluators,
    evidence,
    evidence_of_applications,
    health,
    keys,
    kpis,
    log,
    policies,
    policy_files,
    rpc,
    rule_sets,
    templates,
    webhooks,
)
from api.routes.signing import signings
from api.waiting import CheckpointWaiter
from api.wiring.installation import Installation
from ledger.services.evidence.issue_receipts import issue_receipts
from ledger.storage.logs import newest_sizes

# Nothing from elsewhere, nothing inline, nobody frames us: pages load their own scripts and styles only.
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "font-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def create_app(installation: Installation) -> FastAPI:
    """Return the ASGI application that serves `installation`; opening and closing the installation is the caller's."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = installation.settings.threads
        yield

    app = described_app(lifespan)
    app.state.installation = installation
    stores = installation.stores
    app.state.waiter = CheckpointWaiter(
        sizes=lambda: stores.database.read(newest_sizes), receipts=lambda asked: issue_receipts(stores, asked)
    )
    app.state.signings = signings(installation)
    errors.install(app)
    app.add_middleware(BodyLimit, most=installation.settings.upload_bytes + FORM_OVERHEAD)
    app.add_middleware(RefusalPages)
    app.add_middleware(HeadAsGet)
    app.add_middleware(SecurityHeaders)
    app.mount("/static", VersionedStatic(), name="static")
    return app


def described_app(lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None) -> FastAPI:
    """Return the application with its routes alone: enough to describe the interface (docs/openapi.json)."""
    app = FastAPI(
        title="Tallystick",
        version=version("tallystick"),
        description="Loan contracts on record: hashed, signed, logged, anchored, and checkable by a stranger.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        redirect_slashes=False,  # a redirect would name whatever host the client sent
    )
    for router in (
        agreements.router,
        applications.router,
        application_life.router,
        policy_files.router,
        kpis.router,
        policies.router,
        rule_sets.router,
        delegations.router,
        evidence_of_applications.router,
        templates.router,
        ceremony.router,
        webhooks.router,
        directory.router,
        keys.router,
        evidence.router,
        blacklist.router,
        evaluators.router,
        log.router,
        health.router,
        rpc.router,
        auditor.router,
        home.router,
        steps.router,
        pens.router,
        copies.router,
        invitation.router,
        access.router,
        staff_agreements.router,
        staff_blacklist.router,
        countersigning.router,
        colleagues.router,
        staff_identity.router,
        new_contract.router,
        entering.router,
        staff_applications.router,  # before desk: /new is no application's id
        for_applicant.router,
        desk.router,
        committee.router,
        telling.router,
        figures.router,
    ):
        app.include_router(router)
    return app


class SecurityHeaders:
    """ASGI middleware: every answer carries the security headers, unless its route set one itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, secured)


class HeadAsGet:
    """ASGI middleware: HEAD is answered as GET would be; the server leaves the body out (RFC 9110 section 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = {**scope, "method": "GET"} if scope.get("method") == "HEAD" else scope
        await self._app(asked, receive, send)
