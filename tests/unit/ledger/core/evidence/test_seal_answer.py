"""What a sealed file adds to the answers: bytes and seal apart, each refusal under its own code."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key

from ledger.core.evidence.answers import Reason, Verdict
from ledger.core.evidence.document_answer import FileFacts
from ledger.core.evidence.key_answer import NO_REGISTRY, Registry
from ledger.core.evidence.key_records import KeyHistory
from ledger.core.evidence.records import Record, read_record
from ledger.core.evidence.seal_answer import SealedFile, bytes_reasons, seal_limits, seal_reasons
from ledger.core.evidence.sealed_file import SealedEvidence, contract_of
from ledger.core.evidence.verify_file import evidence_of, verify
from ledger.core.log.keys import Enrolment, KeyPen, ProofGrade, Purpose
from ledger.core.log.revocation import Ground
from ledger.core.log.revocation import Revocation as Revoked
from ledger.errors import VerificationFailed
from signing.algorithms import PublicKey, Suite
from signing.canonical import Json
from signing.keys.software_pens import point_of
from signing.pdf.reasons import Reason as Found
from signing.pdf.seal_inspection import Revocation, SealInspection, Signed
from support.evidence_material import DOCUMENT, build
from support.sealed_facts import FACTS

NOW = datetime(2026, 11, 26, tzinfo=UTC)
BUILT = build()
DATA = DOCUMENT + b"evidence and seal"
CONTRACT = contract_of(DOCUMENT, len(DOCUMENT))
FILE = contract_of(DATA, len(DATA))
POINT = point_of(derive_private_key(7, SECP256R1()))
SEAL = Signed("seal", True, NOW, "Common Name: Lender", bytes(32), NOW.replace(year=2031), POINT)
ARCHIVE = Signed("archive", True, NOW, "Common Name: Stamps", bytes(32), NOW.replace(year=2036), bytes(64))
SOUND = SealInspection(reasons=(), sha256=FILE.sha256, byte_length=len(DATA), signed=(SEAL, ARCHIVE))
RECORDS = [read_record(receipt, BUILT.policy, NOW.replace(year=2027)) for receipt in BUILT.package.receipts]
THIS = replace(FACTS, sha256=FILE.sha256, byte_length=FILE.byte_length)


def sealed(inspection: SealInspection | None = SOUND, *, local: bool = False, data: bytes = DATA) -> SealedFile:
    evidence = SealedEvidence(contract=CONTRACT, local_time_stamps=local, package=BUILT.package)
    facts = contract_of(data, len(data))
    return SealedFile(file=facts, prefix=partial(contract_of, data), evidence=evidence, inspection=inspection)


def opened(values: Mapping[str, Json], *, refused: frozenset[str] = frozenset(), logged: bool = True) -> Record:
    place = RECORDS[0].place if logged else Reason(Verdict.NO, "log.not-included", {})
    return replace(RECORDS[0], opened=values, refused=refused, place=place)


def codes_of(file: SealedFile, records: list[Record]) -> list[str]:
    return [reason.code for reason in bytes_reasons(file, records)]


def test_the_contract_inside_is_what_each_entry_names() -> None:
    assert codes_of(sealed(), RECORDS) == ["bytes.contract-inside"] * 4 + ["bytes.seal-not-shown"]
    altered = sealed(data=b"x" + DATA[1:])
    assert codes_of(altered, RECORDS)[:4] == ["bytes.altered"] * 4


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (opened({}, refused=frozenset({"document"})), "bytes.opening-differs"),
        (opened({"document": 7}), "bytes.malformed"),
        (
            opened({"document": {"sha256": CONTRACT.sha256.hex(), "bytes": len(DOCUMENT)}}, logged=False),
            "bytes.record-unproven",
        ),
        (opened({}, refused=frozenset({"sealed"})), "bytes.opening-differs"),
        (opened({"sealed": 7}), "bytes.malformed"),
        (opened({"sealed": THIS.to_json()}), "bytes.sealed-version"),
        (opened({"sealed": THIS.to_json()}, logged=False), "bytes.record-unproven"),
        (opened({"sealed": FACTS.to_json()}), "bytes.no-sealed-version"),
    ],
)
def test_each_record_is_judged_by_what_it_shows(record: Record, code: str) -> None:
    assert codes_of(sealed(), [record])[0] == code


def test_an_older_version_says_that_there_is_a_newer_one() -> None:
    newer = replace(FACTS, version=2)
    both = [opened({"sealed": THIS.to_json()}), opened({"sealed": newer.to_json()})]
    assert codes_of(sealed(), both) == ["bytes.sealed-version", "bytes.newer-version"]


def test_what_stands_after_the_seal_is_a_no_about_the_bytes_only() -> None:
    after = replace(SOUND, reasons=(Found("sealed.bytes-after", "1 byte"),))
    assert "bytes.after-seal" in codes_of(sealed(after), [])
    assert [reason.code for reason in seal_reasons(sealed(after))] == ["seal.valid-with-more", "seal.archive-until"]


@pytest.mark.parametrize(
    ("inspection", "codes"),
    [
        (None, ["seal.no-roots"]),
        (SOUND, ["seal.valid", "seal.archive-until"]),
        (replace(SOUND, signed=(SEAL,)), ["seal.valid"]),
        (replace(SOUND, signed=()), ["seal.refused"]),
        (replace(SOUND, signed=(replace(SEAL, holds=False), ARCHIVE)), ["seal.refused"]),
        (replace(SOUND, signed=(replace(SEAL, at=None), ARCHIVE)), ["seal.refused"]),
        (replace(SOUND, reasons=(Found("sealed.altered", ""),)), ["seal.refused"]),
        (replace(SOUND, reasons=(Found("pdf.malformed", ""),)), ["seal.refused"]),
        (replace(SOUND, reasons=(Found("pdf.too-slow", ""),)), ["seal.not-checked"]),
        (
            replace(SOUND, revocation=Revocation("revoked", None, NOW)),
            ["seal.valid", "seal.archive-until", "seal.revoked-later"],
        ),
        (replace(SOUND, revocation=Revocation("good", None, None)), ["seal.valid", "seal.archive-until"]),
    ],
)
def test_the_seal_has_an_answer_of_its_own(inspection: SealInspection | None, codes: list[str]) -> None:
    assert [reason.code for reason in seal_reasons(sealed(inspection))] == codes


def test_limits_name_a_local_time_stamp_and_a_missing_list() -> None:
    local = replace(ARCHIVE, subject="Organization: Tallystick local test, not independent 本地测试")
    assert [item.code for item in seal_limits(sealed(None))] == []
    assert [item.code for item in seal_limits(sealed(None, local=True))] == ["limits.local-time-stamp"]
    by_name = replace(SOUND, signed=(SEAL, local), revocation=Revocation("good", None, None))
    assert [item.code for item in seal_limits(sealed(by_name))] == ["limits.local-time-stamp"]
    assert [item.code for item in seal_limits(sealed(SOUND))] == ["limits.seal-revocation"]


def test_evidence_beside_the_file_opens_what_is_inside() -> None:
    file = sealed()
    assert evidence_of(file, None) == BUILT.package
    beside = evidence_of(file, BUILT.package.receipts[0].to_bytes())
    assert [receipt.entry for receipt in beside.receipts] == [item.entry for item in BUILT.package.receipts]
    with pytest.raises(VerificationFailed) as refused:
        evidence_of(replace(file, evidence=None), None)
    assert refused.value.code == "evidence.missing"
    with pytest.raises(VerificationFailed):
        evidence_of(FILE, None)


def test_the_report_of_a_sealed_file_has_both_answers() -> None:
    report = verify(sealed(), None, BUILT.policy, now=NOW.replace(year=2027))
    assert report.answers[0].because == "bytes.seal-not-shown"
    assert "seal.valid" in [reason.code for reason in report.answers[1].reasons]
    assert isinstance(FILE, FileFacts)


# --- the seal's key by the registry ----------------------------------------------------------------------------------

KEY_ID = PublicKey(Suite.P256, POINT).key_id
ENROLMENT = Enrolment(
    key=PublicKey(Suite.P256, POINT),
    purpose=Purpose.SEAL,
    pen=KeyPen.ORGANISATION_KEY,
    provider="own",
    grade=ProofGrade.OWN_KEY,
)
SEALING = replace(RECORDS[0], entry=replace(RECORDS[0].entry, type="agreement.sealed"))
INDEX = SEALING.receipt.index


def history(revocation: Revoked | None = None, **changes: Any) -> Registry:  # noqa: ANN401  # any field
    usual: dict[str, Any] = {"records": (RECORDS[0],), "enrolment": ENROLMENT, "revocation": revocation}
    return Registry(keys={KEY_ID: KeyHistory(**(usual | changes))}, proven={})


def revoked(ground: Ground, *, index: int = INDEX, since: datetime | None = None) -> Revoked:
    return Revoked(ground=ground, recorded_at=NOW, since=since, index=index)


@pytest.mark.parametrize(
    ("registry", "code"),
    [
        (history(), None),
        (history(revoked(Ground.ORDERLY, index=INDEX + 1)), "seal.key-revoked-later"),
        (history(revoked(Ground.LOST, index=INDEX + 1)), "seal.key-revoked-later"),
        (history(revoked(Ground.ORDERLY, index=INDEX)), "seal.key-revoked"),
        (history(revoked(Ground.COMPROMISED, since=NOW.replace(year=2027))), "seal.key-revoked-later"),
        (history(revoked(Ground.COMPROMISED, since=NOW)), "seal.key-revoked"),
        (history(revoked(Ground.COMPROMISED)), "seal.key-revoked"),
        (history(records=(replace(RECORDS[0], checkpoint=None),)), "seal.key-not-checked"),
        (history(enrolment=None, cause="key.malformed-entry"), "seal.key-refused"),
        (history(enrolment=replace(ENROLMENT, purpose=Purpose.SIGN)), "seal.key-refused"),
    ],
)
def test_the_seal_s_key_is_judged_by_the_registry_s_rule(registry: Registry, code: str | None) -> None:
    found = [reason.code for reason in seal_reasons(sealed(), [SEALING], registry)][2:]
    assert found == ([code] if code else [])


def test_a_compromise_is_not_checked_against_the_operator_s_own_clock() -> None:
    registry = history(revoked(Ground.COMPROMISED, since=NOW.replace(year=2027)))
    found = [reason.code for reason in seal_reasons(sealed(local=True), [SEALING], registry)]
    assert found[2:] == ["seal.key-not-checked"]


def test_a_key_without_its_entries_is_not_checked_and_nothing_is_said_without_a_record_of_the_sealing() -> None:
    assert [reason.code for reason in seal_reasons(sealed(), [SEALING], NO_REGISTRY)][2:] == ["seal.key-not-shown"]
    assert [reason.code for reason in seal_reasons(sealed(), [], history())][2:] == []


def test_a_key_on_no_curve_of_ours_is_judged_by_its_hash_alike() -> None:
    raw = b"\x07" * 32
    key = PublicKey(Suite.SPKI, raw)
    rsa = sealed(replace(SOUND, signed=(replace(SEAL, key=raw), ARCHIVE)))
    usual = history(revoked(Ground.LOST), enrolment=replace(ENROLMENT, key=key)).keys[KEY_ID]
    found = [reason.code for reason in seal_reasons(rsa, [SEALING], Registry(keys={key.key_id: usual}, proven={}))]
    assert found[2:] == ["seal.key-revoked"]
