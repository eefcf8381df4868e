from dataclasses import replace

import pytest

from ledger.core.log.audit_directory import institution_key, project_directory
from ledger.core.log.audit_findings import Finding
from ledger.core.log.audit_projection import Projection, Told, World
from ledger.core.log.audit_rows import UNTOLD, ExpectedRow
from ledger.core.log.entry import Subject, signed_part, with_signature
from signing.algorithms import PublicKey, Suite
from signing.canonical import Json, encode
from signing.envelope import Signature
from signing.keys.signer import Ed25519Signer
from support.fixed_keys import ORIGIN
from support.told import BINDING, INSTITUTION, after, blind, entry_id, told, world

KEY = Ed25519Signer(b"\x07" * 32, purpose="institution")
WORLD = world(institution_keys={INSTITUTION: KEY.public}, registered={ORIGIN: b"\x05" * 32})
BANK = Subject("institution", INSTITUTION, 1, None)
PERSON = Subject("person", "p-1", 1, None)
OPENED: dict[str, Json] = {
    "key": KEY.public.to_json(),
    "code": "L7",
    "numbering_rule": "L7-{year}-{n}",
    "zone": "Asia/Shanghai",
    "calendar": {"holidays": []},
    "log_key": "main+key",
    "log_address": "11" * 20,
    "access_log": "log.lender.example/access",
    "access_key": "access+key",
    "access_address": "22" * 20,
}
REGISTERED: dict[str, Json] = {
    "chain_id": BINDING.chain_id,
    "genesis": BINDING.genesis,
    "registry": BINDING.registry,
    "code_hash": BINDING.code_hash,
}


def signed(item: Told, signer: Ed25519Signer = KEY) -> Told:
    entry = item.placed.entry
    signature = Signature(Suite.ED25519, KEY.public.key_id, signer.sign(signed_part(entry)))
    return replace(item, placed=replace(item.placed, entry=with_signature(entry, signature.to_json())))


def project(*history: Told, known: World = WORLD) -> Projection:
    return project_directory(history, known)


def rows_of(projection: Projection, table: str) -> list[ExpectedRow]:
    return [row for row in projection.rows if row.table == table]


def codes(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, finding.field) for finding in findings]


def test_an_opened_institution_makes_its_row_and_its_two_logs() -> None:
    projection = project(signed(told("institution.opened", subject=BANK, public=OPENED)))
    bank, main, access = projection.rows
    assert projection.findings == []
    assert (bank.table, bank.values["id"], bank.values["key_id"]) == ("institution", INSTITUTION, KEY.public.key_id)
    assert bank.values["calendar"] == encode(OPENED["calendar"]).decode()
    assert (main.key, main.values["evm_address"], main.values["registry_log_id"]) == (
        (ORIGIN,),
        b"\x11" * 20,
        b"\x05" * 32,
    )
    assert (access.key, access.values["id"], access.values["registry_log_id"]) == (
        ("log.lender.example/access",),
        UNTOLD,
        None,
    )


@pytest.mark.parametrize("key", [None, "ed25519", {"suite": "ed25519"}])
def test_an_opened_institution_without_a_readable_key_tells_no_key_id(key: Json) -> None:
    opened = signed(told("institution.opened", subject=BANK, public=OPENED | {"key": key}))
    assert institution_key(opened.placed.entry) is None
    assert project(opened).rows[0].values["key_id"] is UNTOLD


def test_the_key_of_an_opened_institution_is_the_one_it_names() -> None:
    opened = told("institution.opened", subject=BANK, public=OPENED)
    assert institution_key(opened.placed.entry) == KEY.public


def test_an_entry_of_an_institution_without_a_key_is_found() -> None:
    projection = project(signed(told("person.added", subject=PERSON)), known=world())
    assert codes(projection.findings) == [("signature.no-key", "signature")]


@pytest.mark.parametrize(
    "entry",
    [
        told("person.added", subject=PERSON),
        told("person.added", subject=PERSON, public={"signature": "text"}),
        signed(told("person.added", subject=PERSON), Ed25519Signer(b"\x08" * 32, purpose="institution")),
    ],
)
def test_an_entry_without_the_signature_of_its_institution_is_found(entry: Told) -> None:
    assert codes(project(entry).findings) == [("signature.refused", "signature")]


def test_a_signature_under_another_key_of_the_institution_is_found() -> None:
    other = world(institution_keys={INSTITUTION: PublicKey(Suite.EIP712, b"\x01" * 20)})
    assert codes(project(signed(told("person.added", subject=PERSON)), known=other).findings) == [
        ("signature.refused", "signature")
    ]


def test_an_added_person_is_found_by_name() -> None:
    projection = project(signed(told("person.added", {"name": "Lin"}, subject=PERSON)))
    (index,) = rows_of(projection, "blind_index")
    assert rows_of(projection, "person")[0].key == ("p-1",)
    assert (index.values["digest"], index.values["subject_id"]) == (blind("name", "Lin"), "p-1")


def test_a_person_whose_name_was_erased_is_found_by_nothing() -> None:
    projection = project(signed(told("person.added", subject=PERSON)))
    assert [row.table for row in projection.rows] == ["person"]


def granted(role: str, subject: Subject = PERSON) -> Told:
    return signed(told("role.granted", subject=subject, public={"role": role}))


def test_a_revoked_role_is_the_newest_active_grant_of_that_role() -> None:
    first = granted("officer")
    second = granted("auditor", after(first.placed))
    third = granted("officer", after(second.placed))
    revoked = signed(told("role.revoked", subject=after(third.placed), public={"role": "officer"}))
    projection = project(first, second, third, revoked)
    assert projection.findings == []
    assert [row.values["revoked_entry"] for row in projection.rows] == [None, None, entry_id(4)]


@pytest.mark.parametrize("history", [[], [granted("auditor")]])
def test_a_role_revoked_that_was_not_granted_contradicts_the_log(history: list[Told]) -> None:
    subject = after(history[-1].placed) if history else PERSON
    revoked = signed(told("role.revoked", subject=subject, public={"role": "officer"}))
    assert codes(project(*history, revoked).findings) == [("entry.contradicts", "role")]


def test_a_role_revoked_twice_contradicts_the_log() -> None:
    grant = granted("officer")
    once = signed(told("role.revoked", subject=after(grant.placed), public={"role": "officer"}))
    twice = signed(told("role.revoked", subject=after(once.placed), public={"role": "officer"}))
    assert codes(project(grant, once, twice).findings) == [("entry.contradicts", "role")]


@pytest.mark.parametrize(
    ("secret_hash", "expected"), [("ab" * 32, b"\xab" * 32), ("no hex", UNTOLD), (None, UNTOLD), (7, UNTOLD)]
)
def test_an_api_key_keeps_the_hash_of_its_secret_as_far_as_it_is_told(secret_hash: Json, expected: object) -> None:
    issued = signed(told("apikey.issued", {"secret_hash": secret_hash}, subject=PERSON, public={"prefix": "tk_1"}))
    (row,) = project(issued).rows
    assert (row.values["prefix"], row.values["secret_hash"]) == ("tk_1", expected)


def test_a_revoked_api_key_is_the_one_with_its_prefix() -> None:
    issued = signed(told("apikey.issued", subject=PERSON, public={"prefix": "tk_1"}))
    revoked = signed(told("apikey.revoked", subject=after(issued.placed), public={"prefix": "tk_1"}))
    assert project(issued, revoked).rows[0].values["revoked_entry"] == entry_id(2)
    other = signed(told("apikey.revoked", subject=after(issued.placed), public={"prefix": "tk_2"}))
    assert codes(project(issued, other).findings) == [("entry.contradicts", "prefix")]


def test_a_log_registered_with_the_chain_of_the_installation_has_no_findings() -> None:
    projection = project(told("log.registered", public=REGISTERED))
    assert (projection.rows, projection.findings) == ([], [])


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [("chain_id", 1, "chain_id"), ("genesis", "00" * 32, "genesis_hash"), ("code_hash", None, "code_hash")],
)
def test_a_log_registered_with_another_chain_differs_from_the_binding(name: str, value: Json, field: str) -> None:
    (finding,) = project(told("log.registered", public=REGISTERED | {name: value})).findings
    assert (finding.code, finding.kind, finding.field, finding.index) == ("row.differs", "chain_binding", field, 0)


def test_a_log_registered_without_any_binding_differs_in_each_column() -> None:
    findings = project(told("log.registered", public=REGISTERED), known=world(binding=None)).findings
    assert [finding.field for finding in findings] == ["chain_id", "genesis_hash", "registry", "code_hash"]
    assert {finding.found for finding in findings} == {"nothing"}


def test_an_entry_of_a_type_without_rows_makes_none() -> None:
    projection = project(told("audit.finished"))
    assert (projection.rows, projection.findings) == ([], [])


def test_a_webhook_is_added_once_and_removed_after_that() -> None:
    hook = Subject("webhook", "hook-1", 1, None)
    added = told("webhook.added", {"url": "https://lender.example/hook", "events": ""}, subject=hook)
    removed = told("webhook.removed", subject=after(added.placed))
    projection = project_directory([added, removed], world())
    (found,) = [item for item in projection.rows if item.table == "webhook_endpoint"]
    assert (found.values["url"], found.values["removed_entry"]) == ("https://lender.example/hook", entry_id(2))
    alone = project_directory([told("webhook.removed", subject=hook)], world())
    assert "entry.contradicts" in {finding.code for finding in alone.findings}


def test_address_of_a_person_is_a_row_and_is_not_told() -> None:
    (row,) = rows_of(project(signed(told("person.address-set", subject=PERSON))), "person_address")
    assert row.values == {"entry_id": entry_id(1), "institution_id": INSTITUTION, "person_id": PERSON.id}


def test_department_is_joined_and_left() -> None:
    joined = signed(told("department.joined", subject=PERSON, public={"department": "retail"}))
    left = signed(told("department.left", subject=after(joined.placed), public={"department": "retail"}))
    (row,) = rows_of(project(joined), "department_member")
    assert (row.values["department"], row.values["left_entry"]) == ("retail", None)
    (row,) = rows_of(project(joined, left), "department_member")
    assert row.values["left_entry"] == entry_id(2)
    assert codes(project(signed(told("department.left", subject=PERSON, public={"department": "x"}))).findings) == [
        ("entry.contradicts", "department")
    ]
