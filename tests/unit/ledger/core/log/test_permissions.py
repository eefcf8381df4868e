from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.log.permissions import SIGNER_MAY, TABLE, Action, Grade, Principal, Resource, Role, allowed, require
from ledger.errors import NotAllowed

HOME, ELSEWHERE = "institution-1", "institution-2"
principals = st.builds(
    Principal,
    id=st.just("person"),
    institution_id=st.sampled_from([HOME, ELSEWHERE]),
    roles=st.frozensets(st.sampled_from(Role)),
    kind=st.sampled_from(["person", "program"]),
)
resources = st.builds(Resource, institution_id=st.sampled_from([HOME, ELSEWHERE]), grade=st.sampled_from(Grade))


def someone(*roles: Role, home: str = HOME) -> Principal:
    return Principal(id="person", institution_id=home, roles=frozenset(roles), kind="person")


def test_an_officer_creates_agreements_at_home_only() -> None:
    officer = someone(Role.OFFICER)
    assert allowed(officer, Action.AGREEMENT_CREATE, Resource(HOME, Grade.PERSONAL))
    assert not allowed(officer, Action.AGREEMENT_CREATE, Resource(ELSEWHERE, Grade.PERSONAL))


def test_an_administrator_sees_that_agreements_exist_but_nobody_in_them() -> None:
    administrator = someone(Role.ADMINISTRATOR)
    assert allowed(administrator, Action.AGREEMENT_READ, Resource(HOME, Grade.COMMERCIAL))
    assert not allowed(administrator, Action.AGREEMENT_READ, Resource(HOME, Grade.PERSONAL))
    assert not allowed(administrator, Action.DOCUMENT_READ, Resource(HOME, Grade.PERSONAL))


def test_every_action_has_a_row_and_every_row_somebody() -> None:
    assert set(TABLE) | SIGNER_MAY == set(Action)
    assert all(TABLE.values())


@given(
    st.sampled_from(Action),
    st.sampled_from(Grade),
    st.sampled_from([HOME, ELSEWHERE]),
    st.frozensets(st.sampled_from(Role)),
)
def test_a_signer_may_only_what_signers_may_on_their_own_agreement(
    action: Action, grade: Grade, home: str, roles: frozenset[Role]
) -> None:
    signer = Principal(id="s-1", institution_id=HOME, roles=roles, kind="signer", agreement_id="a-1")
    assert allowed(signer, action, Resource(home, grade, "a-1")) is (home == HOME and action in SIGNER_MAY)
    assert not allowed(signer, action, Resource(home, grade, "a-2"))
    assert not allowed(signer, action, Resource(home, grade))
    assert not allowed(replace(signer, agreement_id=None), action, Resource(home, grade))


@given(principals, st.sampled_from(Action), resources)
def test_whoever_has_no_role_or_another_home_is_refused(person: Principal, action: Action, resource: Resource) -> None:
    if not person.roles or person.institution_id != resource.institution_id:
        assert not allowed(person, action, resource)


@given(principals, st.sampled_from(Action), resources)
def test_a_lower_grade_is_never_harder_to_reach(person: Principal, action: Action, resource: Resource) -> None:
    if allowed(person, action, resource):
        assert all(
            allowed(person, action, Resource(resource.institution_id, grade))
            for grade in Grade
            if grade <= resource.grade
        )


@given(principals, st.sampled_from(Action), resources)
def test_require_raises_exactly_where_allowed_says_no(person: Principal, action: Action, resource: Resource) -> None:
    if allowed(person, action, resource):
        require(person, action, resource)
    else:
        with pytest.raises(NotAllowed, match="Ask an administrator") as refused:
            require(person, action, resource)
        assert refused.value.code == "permission.denied"
