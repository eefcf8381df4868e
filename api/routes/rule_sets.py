"""Rule sets, which decide what the policy leaves to them: propose, publish by a second person, list (DESIGN section 6)."""

from functools import partial

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from api.auth import Caller, Here, Reading, once_of
from api.routes.answers import Waiter, answer_written
from api.schemas.applications import instant_of, rule_set_line
from api.schemas.strict_json import read_json
from api.schemas.strict_request import Id, StrictJson
from ledger.core.applications.default_rules import DEFAULT_RULES
from ledger.core.log.fields import Fields, string
from ledger.services.applications.list_rule_sets import list_rule_sets
from ledger.services.applications.propose_rule_set import NewRuleSet, propose_rule_set
from ledger.services.applications.publish_rule_set import Publication, publish_rule_set

router = APIRouter(prefix="/v1/rule-sets", tags=["policies"], dependencies=[StrictJson])

_BODY = frozenset({"rule_set", "valid_from"})


@router.get("")
def get_rule_sets(here: Here, act: Reading) -> dict[str, object]:
    """List the rule sets of your institution, newest first, and the one we ship to begin with."""
    items = [rule_set_line(row) for row in list_rule_sets(here.stores, act)]
    return {"items": items, "default": DEFAULT_RULES.to_json()}


@router.post("", status_code=201, response_class=JSONResponse)
async def post_rule_set(request: Request, here: Here, caller: Caller, waiter: Waiter) -> Response:
    """Propose a version of a rule set: {"rule_set": {…}, "valid_from": "2026-12-01T00:00:00Z"}."""
    data = await request.body()
    body = Fields(read_json(data, "body"), _BODY, where="body", code="ruleset.invalid")
    valid_from = instant_of("valid_from", body.parsed("valid_from", string))
    new = NewRuleSet(rule_set=body.parsed("rule_set", lambda item: item), valid_from=valid_from)
    act = here.act(caller, once_of(request, data))
    key = await run_sync(here.institution_key, caller.institution_id)
    written = await run_sync(propose_rule_set, here.stores, act, new, key)
    return await answer_written(here, waiter, act, written, location="/v1/rule-sets")


@router.post("/{rule_set_id}/publications", status_code=201, response_class=JSONResponse)
async def post_rule_set_publication(
    request: Request, here: Here, caller: Caller, waiter: Waiter, rule_set_id: Id
) -> Response:
    """Put a proposed rule set into force; by another person than its author."""
    act = here.act(caller, once_of(request))
    key = await run_sync(here.institution_key, caller.institution_id)
    wanted = Publication(
        rule_set_id=rule_set_id, key=key, rules_key=partial(here.make_rules_key, caller.institution_id)
    )
    written = await run_sync(publish_rule_set, here.stores, act, wanted)
    return await answer_written(here, waiter, act, written, location="/v1/rule-sets")
