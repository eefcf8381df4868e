from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.agreements.ceremony import Step
from ledger.core.agreements.parties import Signer, SignerRole
from ledger.core.agreements.people import (
    age_on,
    check_age,
    needs_of,
    parse_person,
    person_of_value,
    person_value,
    split_people,
)
from ledger.errors import InvalidInput, NotAllowed
from signing.algorithms import PublicKey, Suite
from signing.canonical import Json

LIN: dict[str, Json] = {"email": "lin@example.com", "birth_date": "1990-05-17"}
NOW = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)  # past midnight in Shanghai
KEY = PublicKey(Suite.EIP712, b"k" * 20)


def test_a_person_is_read_with_what_may_be_left_out_and_written_in_full() -> None:
    lin = parse_person(LIN, "person")
    assert (lin.zone, lin.language, lin.proofing, lin.acts_for) == ("Asia/Shanghai", "zh", True, None)
    assert lin.birth_date == date(1990, 5, 17)
    assert parse_person(lin.to_json(), "person") == lin
    assert person_of_value(person_value("s-1", lin)) == ("s-1", lin)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": None}, "email"),
        ({"email": "lin"}, "email"),
        ({"email": "lin@example.com\nBcc: all@example.com"}, "email"),
        ({"email": "l" * 65 + "@example.com"}, "email"),
        ({"email": "lin@" + "e" * 260 + ".com"}, "email"),
        ({"phone": "13800138000"}, "phone"),
        ({"phone": 13800138000}, "phone"),
        ({"birth_date": None}, "birth_date"),
        ({"birth_date": "1990-02-30"}, "birth_date"),
        ({"birth_date": "19900517"}, "birth_date"),
        ({"birth_date": 19900517}, "birth_date"),
        ({"birth_date": "2000-W01-1"}, "birth_date"),
        ({"zone": "Shanghai"}, "zone"),
        ({"zone": "../etc/passwd"}, "zone"),
        ({"language": "fr"}, "language"),
        ({"id_number": "x"}, "id_number"),
        ({"proofing": "yes"}, "proofing"),
        ({"acts_for": ""}, "acts_for"),
        ({"acts_for": " Lin Ltd"}, "acts_for"),
        ({"acts_for": 7}, "acts_for"),
        ({"acts_for": "Lin \u202e Ltd"}, "acts_for"),
        ({"shoe_size": 43}, "shoe_size"),
    ],
)
def test_a_person_outside_the_rules_is_refused_and_the_place_is_named(changes: dict[str, Json], field: str) -> None:
    with pytest.raises(InvalidInput) as no:
        parse_person({**LIN, **changes}, "person")
    assert (no.value.code, no.value.field) == ("signers.invalid", f"person.{field}")


@pytest.mark.parametrize("value", [None, "Lin", [], 5])
def test_what_is_no_object_is_no_person(value: Json) -> None:
    with pytest.raises(InvalidInput):
        parse_person(value, "person")


def test_signers_come_apart_from_the_people_who_sign() -> None:
    keyed: dict[str, Json] = {"role": "lender", "name": "Bank", "key": KEY.to_json()}
    bare, people = split_people([{"role": "borrower", "name": "Lin", "person": LIN}, keyed], NOW)
    assert bare == [{"role": "borrower", "name": "Lin"}, keyed]
    assert people == (parse_person(LIN, "person"), None)
    assert split_people("all", NOW) == ("all", ())
    assert split_people(["Lin"], NOW) == (["Lin"], (None,))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "a..b@example.com"}, "email"),
        ({"email": ".a@example.com"}, "email"),
        ({"email": "a.@example.com"}, "email"),
        ({"email": "a@-example.com"}, "email"),
        ({"birth_date": "0190-05-17"}, "birth_date"),
        ({"birth_date": "1899-12-31"}, "birth_date"),
        ({"birth_date": "2026-11-25"}, "birth_date"),
    ],
)
def test_newcomer_can_be_mailed_and_was_born_but_what_is_on_record_is_read_as_it_is(
    changes: dict[str, Json], field: str
) -> None:
    with pytest.raises(InvalidInput) as no:
        split_people([{"role": "borrower", "name": "Lin", "person": {**LIN, **changes}}], NOW)
    assert (no.value.code, no.value.field) == ("signers.invalid", f"signers[0].person.{field}")
    assert parse_person({**LIN, **changes}, "person").to_json()[field] == changes[field]


def test_newcomer_may_be_born_today_where_they_are_and_may_have_no_mail() -> None:
    lin: dict[str, Json] = {"phone": "+8613800138000", "birth_date": "2026-11-24"}
    assert split_people([{"role": "borrower", "name": "Lin", "person": lin}], NOW)[1] == (parse_person(lin, "person"),)


def test_whoever_brings_no_key_needs_a_person_to_invite() -> None:
    with pytest.raises(InvalidInput) as no:
        split_people([{"role": "borrower", "name": "Lin"}], NOW)
    assert no.value.field == "signers[0].key"
    with pytest.raises(InvalidInput) as no:
        split_people([{"role": "borrower", "name": "Lin", "person": {}}], NOW)
    assert no.value.field == "signers[0].person.email"


def test_steps_are_asked_of_those_who_sign_in_a_browser() -> None:
    lin = parse_person(LIN, "person")
    alone = Signer(id="s-1", role=SignerRole.BORROWER, name="Lin", key=None)
    assert needs_of(alone, lin) == "viewed identified consented read"
    assert needs_of(alone, parse_person({**LIN, "proofing": False}, "person")) == "viewed consented read"
    assert needs_of(alone, None) == ""
    assert needs_of(Signer(id="s-1", role=SignerRole.BORROWER, name="Lin", key=KEY), lin) == ""
    assert Step.IDENTIFIED in lin.steps


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        ("2008-11-23", "2026-11-23", 18),
        ("2008-11-24", "2026-11-23", 17),
        ("2008-02-29", "2026-02-28", 17),
        ("2008-02-29", "2026-03-01", 18),
        ("2008-02-29", "2028-02-29", 20),
    ],
)
def test_age_counts_whole_years(born: str, day: str, age: int) -> None:
    assert age_on(date.fromisoformat(born), date.fromisoformat(day)) == age


@given(st.dates(date(1900, 1, 1), date(2020, 1, 1)), st.dates(date(2020, 1, 2), date(2100, 1, 1)))
def test_nobody_grows_younger(born: date, day: date) -> None:
    assert 0 <= age_on(born, day) <= age_on(born, day.replace(year=day.year + 1, day=min(day.day, 28)))


def test_of_age_is_whoever_is_where_they_are() -> None:
    lin = parse_person({**LIN, "birth_date": "2008-11-24"}, "person")
    there = parse_person({**LIN, "birth_date": "2008-11-24", "zone": "America/New_York"}, "person")
    moment = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # the 24th in Shanghai
    check_age(lin, moment)
    with pytest.raises(NotAllowed) as no:
        check_age(there, moment)
    assert no.value.code == "signer.under-age"
