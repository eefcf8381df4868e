"""What the staff's pages share: who is signed in, the frame around each page, and forms that lead back with what to tell."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Final

from fastapi import Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.auth import AnyCaller, Here
from api.errors import KnownError
from api.pages.printable import shown_sentence
from api.pages.rendering import language_for, page, see_other
from api.pages.staff.decision_shown import lack_shown
from api.pages.words import TEXTS, words_in
from api.staff_session import COOKIE
from api.wiring.installation import Installation
from ledger.core.applications.requirements import Incomplete
from ledger.core.log.permissions import Action, Grade, Principal, Resource, allowed
from ledger.errors import LedgerError
from ledger.services.context import Act
from ledger.services.log.list_names import list_names
from signing.errors import SigningError

SIGN_IN = "/staff/sign-in"
_PAGES: Final[Mapping[str, Action]] = {  # which action each page is for
    "queue": Action.APPLICATION_DECIDE,
    "applications": Action.APPLICATION_READ,
    "enter": Action.APPLICATION_CREATE,
    "figures": Action.FIGURES_READ,
    "contracts": Action.AGREEMENT_READ,
    "identity": Action.IDENTITY_READ,
    "new": Action.AGREEMENT_CREATE,
    "check": Action.BLACKLIST_READ,
    "people": Action.PERSON_ADD,
}


@dataclass(frozen=True)
class Staff:
    """A member of staff at work: who, and under which circumstances they act."""

    principal: Principal
    act: Act


@dataclass(frozen=True)
class StaffShown:
    """Who is signed in, as the frame shows it."""

    institution: str
    name: str
    pages: frozenset[str]


async def require_staff(here: Here, caller: AnyCaller) -> Staff:
    """Return who is signed in; lead to the sign-in page where nobody is."""
    if caller is None:
        raise HTTPException(303, "sign in first", headers={"Location": SIGN_IN})
    return Staff(caller, here.act(caller))


SignedIn = Annotated[Staff, Depends(require_staff)]
Told = Annotated[str | None, Query(max_length=600)]


def staff_page(
    request: Request, here: Installation, staff: Staff, template: str, values: Mapping[str, object]
) -> HTMLResponse:
    """Return a page in the staff's frame, with what the form before it has to tell."""
    w = words_in(language_for(request))
    fault, note = _told_here(request), request.query_params.get("note")
    told = {
        "fault": shown_sentence(fault) if fault else None,
        "note": w("staff.done") if note else None,
    }
    principal = staff.principal
    code = here.institution_code(principal.institution_id)
    name = list_names(here.stores, staff.act, [principal.id]).get(principal.id, "")
    shown = StaffShown(code, name, pages_of(principal))
    return page(request, f"staff/{template}.html", status=200, staff=shown, **{**told, **values})


def pages_of(principal: Principal) -> frozenset[str]:
    """Return which pages somebody can use; the services decide again."""
    own = Resource(principal.institution_id, Grade.COMMERCIAL)
    return frozenset(name for name, action in _PAGES.items() if allowed(principal, action, own))


def done_or_told(request: Request, back: str, work: Callable[[], object]) -> Response:
    """Do what a form asks, and return the way back with what came of it."""
    try:
        work()
    except (LedgerError, SigningError) as error:
        return tell_back(request, back, refusal(request, error))
    return see_other(request, back, note="done")


def tell_back(request: Request, back: str, fault: str) -> Response:
    """Return the way back to a page that says why a form was refused, to whoever is signed in here and to nobody else."""
    return see_other(request, back, fault=fault, proof=_proof(request, fault))


def _told_here(request: Request) -> str | None:
    """Return the sentence in the address, if we put it there: a link that somebody made shows no words of theirs on our pages."""
    fault, proof = request.query_params.get("fault", ""), request.query_params.get("proof", "")
    ours = hmac.compare_digest(proof.encode(), _proof(request, fault).encode())
    return fault if fault and ours else None


def _proof(request: Request, fault: str) -> str:
    secret = request.cookies.get(COOKIE) or request.headers.get("authorization", "")
    return hmac.new(secret.encode(), f"tally/told-on-a-page/v1\n{fault}".encode(), sha256).hexdigest()


def refusal(request: Request, error: KnownError) -> str:
    """Return why something was refused, in the reader's language where there are words for it, with the code."""
    said = refusal_words(request, error) or error.message
    return words_in(language_for(request))("staff.fault", detail=f"{said} [{error.code}]"[:500])


def refusal_words(request: Request, error: KnownError) -> str | None:
    """Return why something was refused in the reader's language; None where there are no words for its code."""
    w, key = words_in(language_for(request)), f"refused.{error.code}"
    detail = "; ".join(lack_shown(one, w) for one in error.lacks) if isinstance(error, Incomplete) else error.message
    return w(key, detail=detail) if key in TEXTS else None
