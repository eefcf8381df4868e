"""Every signing page in every state, from made-up values: for looking at, and for tests of layout and accessibility.

Promises: the real templates, words, files and headers. Leaves to others: whether the service shows the right one.
"""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response

from api.app import SecurityHeaders
from api.pages.customer.in_app import browser_of
from api.pages.customer.shown import (
    Case,
    ContractShown,
    FileShown,
    PersonShown,
    consent_lines,
    progress,
)
from api.pages.rendering import language_for, page
from api.pages.static import VersionedStatic
from api.pages.words import words_in
from ledger.core.agreements.consent import CONSENT_TEXT
from signing.statement import Statement
from signing.statement_parts import Head, SeenCheckpoint
from support.small_pdfs import small_pdf

PDF = small_pdf()
LENDER = "华夏普惠小额贷款有限公司 Huaxia Inclusive Lending"
CASE = Case(lender=LENDER, number="HX-2026-000184", name="𠮷田喆 Lin Xiaoyu", role="borrower")
STRANGER = Case(lender=LENDER)
CONTACT = "l•••@example.com"
LINK = "https://sign.example.com/sign/" + "3f" * 32
CONTRACT = ContractShown(
    address="/gallery/contract.pdf",
    sha256=hashlib.sha256(PDF).hexdigest(),
    byte_length=len(PDF),
    pages=3,
    lender=LENDER,
    agreement="0192f0c1-7c1e-7000-8000-000000000001",
    terms_sha256="ab" * 32,
)
OTHER = replace(CONTRACT, address="/gallery/other.pdf")
PEOPLE = (
    PersonShown("𠮷田喆 Lin Xiaoyu", "borrower", signed=True, is_reader=True),
    PersonShown("王芳", "guarantor", signed=False, is_reader=False),
    PersonShown("Huaxia Inclusive Lending, 信贷部经办人 Chen", "officer", signed=False, is_reader=False),
)
FILES = (
    FileShown("sealed", "#", "HX-2026-000184.pdf"),
    FileShown("openings", "#", "HX-2026-000184.evidence.json"),
)
STATEMENT = Statement(
    agreement=CONTRACT.agreement,
    document_sha256=bytes.fromhex(CONTRACT.sha256),
    document_bytes=CONTRACT.byte_length,
    terms_sha256=bytes.fromhex(CONTRACT.terms_sha256),
    consent_sha256=bytes(32),
    signer="0192f0c1-7c1e-7000-8000-000000000002",
    role="borrower",
    key_id=f"webauthn:{'12' * 16}",
    head=Head(3, bytes(32)),
    checkpoint=SeenCheckpoint(1842, bytes(32)),
    chain_id=1337,
    log="alpha.example/main",
    nonce=bytes(32),
    expires_at="2026-11-27T18:05:00.000Z",
)
FACTS = (
    "agreement",
    "document_sha256",
    "document_bytes",
    "terms_sha256",
    "consent_sha256",
    "signer",
    "role",
    "key_id",
    "head",
    "checkpoint",
    "chain_id",
    "log",
    "nonce",
    "expires_at",
)
LOST = {"key": STATEMENT.key_id, "state": "proofed"}
REASONS = ("terms", "details", "not-me", "changed-mind", "other")
ENDINGS = (
    "declined-by-you",
    "declined",
    "expired",
    "voided",
    "link-used",
    "link-expired",
    "link-replaced",
    "link-unknown",
    "session",
    "under-age",
    "authority",
    "ended",
    "link-sent",
)


def issued(statement: Statement) -> dict[str, object]:
    """Return a statement as the service hands it to the page."""
    return {
        "statement": base64.b64encode(statement.to_bytes()).decode(),
        "sha256": statement.digest.hex(),
        "suite": "webauthn",
        "key_id": statement.key_id,
        "credential_ids": ["AAAA"],
        "rp_id": "localhost",
    }


def screens(w: Any, browser: Any) -> dict[str, tuple[str, dict[str, Any]]]:  # noqa: ANN401  # template values
    """Return every screen by name: its template and values, in the words of one language."""
    terms = (
        (w("terms.amount"), "CNY 120,000.00"),
        (w("terms.term"), w("terms.months", count=24)),
        (w("terms.rate"), "4.85 %"),
        (w("terms.repayment"), w("terms.equal-instalment")),
        (w("terms.instalment"), "CNY 5,257.63"),
        (w("terms.first-due"), "2026-12-26"),
        (w("terms.interest"), "CNY 6,183.12"),
        (w("terms.total"), "CNY 126,183.12"),
    )
    signing = {"case": CASE, "document": CONTRACT, "can_decline": True}
    code = {
        "is_sending": False,
        "was_lost": False,
        "others": (),
        "digits": 6,
        "minutes": 10,
        "contact": CONTACT,
        "case": STRANGER,
        "progress": progress("confirm"),
    }
    waits = {"seen": "0", "contact": CONTACT, "case": CASE}
    identity = {"case": CASE, "progress": progress("confirm"), "can_decline": True, "contact": CONTACT}
    kinds = {"kinds": ("id-card", "passport", "licence"), "megabytes": 10}
    consent = {**signing, "progress": progress("agree"), "consent_lines": consent_lines(CONSENT_TEXT)}
    consent |= {"consent_version": "v1", "has_code": True}
    sign = {
        **signing,
        "progress": progress("sign"),
        "terms": terms[:4],
        "facts": FACTS,
        "signer": STATEMENT.signer,
        "has_wallet": False,
        "ready": "passkey",
        "lost": {"key": STATEMENT.key_id, "state": "told"},
        "browser": browser,
    }
    opened = {"case": STRANGER, "browser": browser, "contact": CONTACT}
    return {
        "open": ("open", opened | {"resumes": False}),
        "open-resume": ("open", opened | {"resumes": True}),
        "code": ("code", code | {"resend_seconds": 47, "locked": False}),
        "code-sending": ("code", code | {"resend_seconds": 47, "locked": False, "is_sending": True}),
        "code-lost": (
            "code",
            code
            | {"resend_seconds": 0, "locked": False, "was_lost": True, "others": (("sms", "+86…00"),)}
            | {"fault": w("code.undelivered", contact=CONTACT, lender=LENDER)},
        ),
        "code-wrong": ("code", code | {"resend_seconds": 0, "locked": False, "fault": w("code.wrong")}),
        "code-sent": ("code", code | {"resend_seconds": 60, "locked": False, "note": w("code.sent")}),
        "code-locked": ("code", code | {"locked": True, "fault": w("code.locked", lender=LENDER)}),
        "identity": ("identity", identity | kinds),
        "identity-refused": (
            "identity",
            identity | kinds | {"fault": w("identity.refused", lender=LENDER)},
        ),
        "identity-waiting": ("identity_waiting", identity | {"seen": "0"}),
        "consent": ("consent", consent),
        "consent-wrong": ("consent", consent | {"fault": w("consent.code-wrong")}),
        "read": ("read", {**signing, "progress": progress("read"), "terms": terms}),
        "sign": ("sign", sign | {"pens": ("passkey", "wallet", "one-time-key"), "has_key": False}),
        "sign-lost": ("sign", sign | {"pens": ("passkey",), "has_key": True} | {"lost": LOST}),
        "sign-again": ("sign", sign | {"pens": ("passkey",), "has_key": True}),
        "sign-other-statement": ("sign", sign | {"pens": ("passkey",), "has_key": True, "base": "/gallery/other"}),
        "sign-other-file": ("sign", sign | {"pens": ("passkey",), "has_key": True, "document": OTHER}),
        "read-other-file": ("read", {**signing, "progress": progress("read"), "terms": terms, "document": OTHER}),
        "waiting": (
            "waiting",
            waits | {"progress": progress("keep"), "signed_at": "2026-11-26 18:05", "people": PEOPLE},
        ),
        "waiting-turn": ("waiting", waits | {"progress": progress("sign"), "signed_at": None, "people": PEOPLE[::-1]}),
        "sealing": ("sealing", waits | {"progress": progress("keep"), "waits_for": None}),
        "sealing-waits": (
            "sealing",
            waits | {"progress": progress("keep"), "waits_for": "the time-stamp authority does not answer"},
        ),
        "done": (
            "done",
            {"case": CASE, "progress": progress("keep"), "sealed_at": "2026-11-26 18:09", "files": FILES}
            | {"document": CONTRACT, "is_demonstration": True},
        ),
        "decline": ("decline", {"case": CASE, "progress": progress("read"), "reasons": REASONS}),
        "hand-over": ("hand_over", {"case": CASE, "browser": browser, "minutes": 10}),
        "again": ("again", {"case": STRANGER, "has_key": True}),
        **{
            f"end-{kind}": (
                "end",
                {"case": STRANGER, "kind": kind, "at": "2026-12-03 18:00", "token": "3f" if "link-" in kind else ""},
            )
            for kind in ENDINGS
        },
    }


def gallery_app() -> FastAPI:
    """Return an application that shows each screen under /gallery/<name>."""
    app = FastAPI()
    app.mount("/static", VersionedStatic())
    app.add_middleware(SecurityHeaders)

    @app.get("/gallery/contract.pdf")
    def contract() -> Response:
        return Response(PDF, media_type="application/pdf")

    @app.get("/gallery/other.pdf")
    def other() -> Response:
        return Response(PDF[:-1] + b" ", media_type="application/pdf")

    @app.post("/gallery/statement")
    def statement() -> dict[str, object]:
        return issued(STATEMENT)

    @app.post("/gallery/other/statement")
    def other_statement() -> dict[str, object]:
        return issued(replace(STATEMENT, terms_sha256=bytes(32)))

    @app.get("/gallery/state")
    def state() -> Response:
        return Response(status_code=204)

    @app.get("/gallery/{name}")
    def show(request: Request, name: str) -> HTMLResponse:
        language = language_for(request)
        browser = browser_of(request.headers.get("user-agent", ""), LINK, language)
        template, values = screens(words_in(language), browser)[name]
        return page(request, f"sign/{template}.html", **(_DEFAULTS | values))

    return app


_DEFAULTS: dict[str, Any] = {"base": "/gallery"}


@contextmanager
def running_gallery() -> Iterator[str]:
    """Serve the gallery on a free port; yield its address."""
    server = uvicorn.Server(uvicorn.Config(gallery_app(), port=0, log_config=None, access_log=False))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)
