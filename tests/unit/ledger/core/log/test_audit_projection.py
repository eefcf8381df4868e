import pytest

from ledger.core.log.audit_projection import Projection, text_of
from ledger.core.log.audit_rows import UNTOLD
from signing.canonical import Json
from support.fixed_keys import ORIGIN
from support.told import BINDING, after, entry_id, told, world

CREATED = told("agreement.created")
SIGNED = told("agreement.signed", subject=after(CREATED.placed))


def with_states() -> Projection:
    projection = Projection()
    for agreement in ("a-1", "a-2"):
        projection.expect("agreement_state", CREATED, {"agreement_id": agreement, "state": "sent"})
    return projection


def test_an_amended_row_keeps_its_other_values_and_stands_where_the_later_entry_does() -> None:
    projection = with_states()
    assert projection.amend("agreement_state", SIGNED, ("a-2",), {"state": "signing"})
    assert [(row.values, row.index) for row in projection.rows] == [
        ({"agreement_id": "a-1", "state": "sent"}, 0),
        ({"agreement_id": "a-2", "state": "signing"}, 1),
    ]


@pytest.mark.parametrize(("table", "key"), [("agreement_state", "a-3"), ("agreement", "a-1")])
def test_a_row_that_no_entry_made_cannot_be_amended(table: str, key: str) -> None:
    projection = with_states()
    assert not projection.amend(table, SIGNED, (key,), {"state": "signed"})
    assert projection.rows == with_states().rows


def test_an_objection_names_the_entry_and_its_place_in_the_log() -> None:
    projection = Projection()
    projection.object_to(SIGNED, "entry.contradicts", "type", expected="created", found="signed")
    (finding,) = projection.findings
    assert (finding.kind, finding.id, finding.log, finding.index) == ("entry", entry_id(2), ORIGIN, 1)
    assert (finding.code, finding.field, finding.expected, finding.found) == (
        "entry.contradicts",
        "type",
        "created",
        "signed",
    )


def test_a_world_knows_the_chain_only_when_it_is_bound_to_one() -> None:
    assert world().chain_id == BINDING.chain_id
    assert world(binding=None).chain_id is None


@pytest.mark.parametrize("value", [None, 7, ["text"], {"text": "text"}])
def test_a_value_that_is_no_text_is_untold(value: Json) -> None:
    assert text_of(value) is UNTOLD
    assert text_of("text") == "text"
