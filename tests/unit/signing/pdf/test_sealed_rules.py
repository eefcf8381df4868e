"""Every rule for a sealed file, with a file that breaks it: made by the real tools, changed in one place."""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from asn1crypto import x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, NumberObject, pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate, AdESPassed, AdESSubIndic
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter

from signing.keys.local_authority import Revocation
from signing.pdf.child import looks
from signing.pdf.child.findings import Findings
from signing.pdf.child.question import Question, Roots
from signing.pdf.child.sealed import judge_sealed
from signing.pdf.child.sealed_time import explain
from support.in_turn import IN_TURN
from support.sealed_pdfs import CHECKED_AT, SEALED_AT, Sealer, attached, contract, honest, sealer, updated
from support.small_pdfs import encrypted_pdf, raw_page, small_pdf

Change = Callable[[IncrementalPdfFileWriter], None]
BARE: dict[str, Any] = {"archive": False, "embed_validation_info": False, "validation_context": None}


def answer(
    data: bytes,
    *,
    root: bytes | None = None,
    at: datetime = CHECKED_AT,
    lists: tuple[bytes, ...] = (),
    document: bytes | None = None,
) -> dict[str, Any]:
    believed = (x509.Certificate.load(root or sealer().root),)
    question = Question(Roots(believed, believed), lists, at, 500, document)
    return judge_sealed(data, question, IN_TURN)


def codes(data: bytes, **given: Any) -> set[str]:  # noqa: ANN401  # as `answer` takes them
    return {code for code, _ in answer(data, **given)["reasons"]}


def test_honest_file_has_no_reason_against_it() -> None:
    assert codes(honest()) == set()
    assert codes(honest(), document=sha256(contract()).digest()) == set()


# --- what was done to the file -------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [40, 200, 700])
def test_changed_byte_of_the_contract_is_noticed(place: int) -> None:
    changed = bytearray(honest())
    changed[place] ^= 1

    assert codes(bytes(changed)) & {"sealed.altered", "pdf.malformed", "pdf.two-readings", "pdf.no-pages"}


def page(writer: IncrementalPdfFileWriter, number: int = 0) -> DictionaryObject:
    reference = writer.find_page_for_modification(number)[0]
    writer.mark_update(reference)
    found: DictionaryObject = reference.get_object()
    return found


def covered(writer: IncrementalPdfFileWriter) -> None:
    """Draw a white box with another amount over the page: the `replace` class of shadow attacks."""
    content = b"1 g 0 0 612 792 re f 0 g"
    page(writer)[pdf_name("/Contents")] = writer.add_object(generic.StreamObject(stream_data=content))


def annotated(writer: IncrementalPdfFileWriter) -> None:
    look = generic.StreamObject(
        {pdf_name("/Subtype"): pdf_name("/Form"), pdf_name("/BBox"): numbers(0, 0, 99, 99)},
        stream_data=b"0 0 99 99 re f",
    )
    annotation = DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Stamp"),
            pdf_name("/Rect"): numbers(0, 0, 99, 99),
            pdf_name("/F"): NumberObject(4),
            pdf_name("/AP"): DictionaryObject({pdf_name("/N"): writer.add_object(look)}),
        }
    )
    present = list(page(writer).get("/Annots", ()))
    kept = [page(writer)["/Annots"].raw_get(place) for place in range(len(present))] if present else []
    page(writer)[pdf_name("/Annots")] = ArrayObject([*kept, writer.add_object(annotation)])


def numbers(*values: int) -> ArrayObject:
    return ArrayObject(NumberObject(value) for value in values)


def swapped(writer: IncrementalPdfFileWriter) -> None:
    tree = writer.root["/Pages"]
    tree[pdf_name("/Kids")] = ArrayObject(reversed([tree["/Kids"].raw_get(place) for place in range(2)]))
    writer.mark_update(writer.root.raw_get("/Pages"))


def retitled(writer: IncrementalPdfFileWriter) -> None:
    writer.set_info(writer.add_object(DictionaryObject({pdf_name("/Title"): pdf_string("Another contract")})))


def scripted(writer: IncrementalPdfFileWriter) -> None:
    action = {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): pdf_string("app.alert(1)")}
    writer.root[pdf_name("/OpenAction")] = DictionaryObject(action)
    writer.update_root()


CHANGES: list[Change] = [covered, annotated, swapped, scripted]


def test_title_changed_after_the_seal_is_refused_though_the_pages_are_the_same() -> None:
    assert {"sealed.bytes-after", "sealed.changed-before"} <= codes(updated(honest(), retitled))


@pytest.mark.parametrize("change", CHANGES)
def test_change_after_the_seal_by_an_incremental_update_is_refused(change: Change) -> None:
    found = codes(updated(honest(), change))

    assert {"sealed.changed-after", "sealed.bytes-after"} <= found


@pytest.mark.parametrize("change", CHANGES)
def test_change_between_the_contract_and_its_seal_is_refused(change: Change) -> None:
    sealed = sealer().seal(attached(updated(contract(), change)))

    assert "sealed.changed-before" in codes(sealed, document=sha256(contract()).digest())
    assert answer(sealed).get("r0_sha256") != sha256(contract()).hexdigest()


def test_change_in_the_very_revision_of_the_attachment_is_refused() -> None:
    def both(writer: IncrementalPdfFileWriter) -> None:
        covered(writer)

    sealed = sealer().seal(updated(contract(), both))

    assert "sealed.changed-before" in codes(sealed, document=sha256(contract()).digest())


def test_contract_of_another_digest_is_refused() -> None:
    assert codes(honest(), document=bytes(32)) == {"sealed.changed-before"}


def test_last_defence_is_how_it_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "first_difference", lambda *_: 2)

    found = answer(honest())
    assert found["reasons"] == [["sealed.looks-different", "page 2"]]
    assert found["same_look"] is False


def test_pages_that_look_different_are_counted_from_one() -> None:
    drawn = updated(contract(), lambda writer: covered_page(writer, 1))

    assert looks.first_difference(contract(), contract()) is None
    assert looks.first_difference(contract(), drawn) == 2
    assert looks.first_difference(contract(), small_pdf(pages=3)) == 3


def test_page_is_drawn_again_before_it_is_called_different(monkeypatch: pytest.MonkeyPatch) -> None:
    """PDFium draws the first text in some fonts a shade otherwise than the next: files of "Print to PDF" were refused."""
    shades = iter([(1, 1, b"a"), (1, 1, b"b"), (1, 1, b"b"), (1, 1, b"b"), (1, 1, b"b"), (1, 1, b"b")])
    monkeypatch.setattr(looks, "_drawn", lambda *_: next(shades))

    assert looks.first_difference(contract(), contract()) is None


def covered_page(writer: IncrementalPdfFileWriter, number: int) -> None:
    page(writer, number)[pdf_name("/Contents")] = writer.add_object(
        generic.StreamObject(stream_data=b"0 0 612 792 re f")
    )


# --- the seal itself -----------------------------------------------------------------------------------------------


def test_file_without_a_seal_is_refused() -> None:
    assert codes(contract()) == {"sealed.missing"}
    assert "sealed.missing" in codes(sealer().renew(contract()))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"certify": False}, "sealed.not-certified"),
        ({"docmdp_permissions": MDPPerm.FILL_FORMS}, "sealed.not-certified"),
        ({"subfilter": SigSeedSubFilter.ADOBE_PKCS7_DETACHED}, "sealed.dialect"),
        ({"archive": False}, "sealed.no-archive-time-stamp"),
        (BARE, "sealed.no-revocation-evidence"),
        ({**BARE, "md_algorithm": "sha1"}, "sealed.weak-algorithm"),
    ],
)
def test_seal_of_a_weaker_make_is_refused(changed: dict[str, Any], code: str) -> None:
    assert code in codes(sealer().seal(attached(contract()), **changed))


def test_seal_without_any_time_stamp_is_refused() -> None:
    found = answer(sealer().seal(attached(contract()), stamped=False, **BARE))

    assert "sealed.no-time-stamp" in {code for code, _ in found["reasons"]}
    assert found["level"] == "B-B"


@pytest.mark.parametrize(("changed", "level"), [({"archive": False}, "B-LT"), (BARE, "B-T"), ({}, "B-LTA")])
def test_level_says_which_parts_are_there(changed: dict[str, Any], level: str) -> None:
    assert answer(sealer().seal(attached(contract()), **changed))["level"] == level


def test_time_stamp_in_another_dialect_is_refused() -> None:
    def renamed(writer: IncrementalPdfFileWriter) -> None:
        stamp = writer.root["/AcroForm"]["/Fields"][1].raw_get("/V")
        stamp.get_object()[pdf_name("/SubFilter")] = pdf_name("/adbe.pkcs7.detached")
        writer.mark_update(stamp)

    assert "sealed.dialect" in codes(updated(honest(), renamed))


def test_second_signature_is_refused() -> None:
    twice = sealer().seal(
        sealer().seal(contract(), **BARE, docmdp_permissions=MDPPerm.FILL_FORMS), **BARE, certify=False, field_name="B"
    )

    assert "sealed.several" in codes(twice)


def test_time_stamp_from_before_the_seal_is_refused() -> None:
    assert "sealed.several" in codes(sealer().seal(sealer().renew(contract()), certify=False))


def test_one_signature_object_in_two_fields_counts_as_one_and_is_refused() -> None:
    def shown_again(writer: IncrementalPdfFileWriter) -> None:
        form = writer.root["/AcroForm"]
        field = form["/Fields"][0]
        again = DictionaryObject({**field, pdf_name("/T"): pdf_string("Second signer")})
        again[pdf_name("/V")] = generic.IndirectObject(
            field.raw_get("/V").idnum, field.raw_get("/V").generation, writer
        )
        form["/Fields"].append(writer.add_object(again))
        writer.update_container(form["/Fields"])

    assert "sealed.shared-object" in codes(updated(honest(), shown_again))


def test_signature_object_without_a_field_is_refused() -> None:
    def orphaned(writer: IncrementalPdfFileWriter) -> None:
        orphan = DictionaryObject({pdf_name("/Type"): pdf_name("/Sig"), pdf_name("/ByteRange"): numbers(0, 1, 2, 3)})
        writer.root[pdf_name("/Anything")] = writer.add_object(orphan)
        writer.update_root()

    assert "sealed.hidden-signature" in codes(updated(honest(), orphaned))


def test_more_signature_objects_than_anybody_needs_are_not_even_looked_at() -> None:
    many = [b"<</Type/Sig>>"] * 65

    assert codes(raw_page(b"<</Length 0>>stream\n\nendstream", *many)) == {"sealed.several"}


def test_byte_range_that_leaves_out_more_than_the_signature_is_refused() -> None:
    data = honest()
    start = data.index(b"/ByteRange [0 ") + len(b"/ByteRange [0 ")
    end = data.index(b" ", start)
    shorter = str(int(data[start:end]) - 1).encode().rjust(end - start, b"0")

    assert "sealed.byte-range" in codes(data[:start] + shorter + data[end:])


def test_byte_range_of_another_form_is_refused() -> None:
    assert "sealed.byte-range" in codes(honest().replace(b"/ByteRange [0 ", b"/ByteRange [1 ", 1))


def test_seal_whose_container_is_no_container_is_refused() -> None:
    data = honest()
    start = data.index(b"/Contents <3") + len(b"/Contents <")

    assert codes(data[:start] + b"00" * 64 + data[start + 128 :]) & {"sealed.malformed", "sealed.byte-range"}


# --- trust and time ------------------------------------------------------------------------------------------------


def test_root_that_the_caller_does_not_trust_is_refused() -> None:
    assert "sealed.untrusted" in codes(honest(), root=Sealer(2).root)


@pytest.mark.parametrize(
    ("indication", "code"),
    [
        (AdESIndeterminate.OUT_OF_BOUNDS_NO_POE, "sealed.expired"),
        (AdESFailure.NOT_YET_VALID, "sealed.expired"),
        (AdESIndeterminate.REVOKED_NO_POE, "sealed.revoked"),
        (AdESIndeterminate.REVOCATION_OUT_OF_BOUNDS_NO_POE, "sealed.no-revocation-evidence"),
        (AdESFailure.SIG_CRYPTO_FAILURE, "sealed.altered"),
        (AdESIndeterminate.CHAIN_CONSTRAINTS_FAILURE, "sealed.untrusted"),
        (AdESPassed.OK, ""),
    ],
)
def test_indications_of_the_standard_have_our_reasons(indication: AdESSubIndic, code: str) -> None:
    findings = Findings()

    assert explain("the seal", indication, findings) is (code == "")
    assert findings.codes() == ({code} if code else set())


def test_time_stamp_from_the_future_is_refused() -> None:
    assert codes(honest(), at=SEALED_AT - timedelta(hours=1)) == {"sealed.time-order"}


def test_archive_time_stamp_has_to_be_renewed_before_its_end() -> None:
    own = Sealer(4)
    sealed = own.seal(attached(contract()))
    later = SEALED_AT + timedelta(days=11 * 365)

    assert codes(sealed, root=own.root, at=later) == {"sealed.archive-expired"}


def test_renewed_file_passes_and_still_holds_the_same_contract() -> None:
    own = Sealer(5)
    sealed = own.seal(attached(contract()))
    own.clock.now = SEALED_AT + timedelta(days=400)
    found = answer(own.renew(sealed), root=own.root, at=own.clock.now + timedelta(days=400))

    assert found["reasons"] == []
    assert found["r0_sha256"] == sha256(contract()).hexdigest()
    assert [one["kind"] for one in found["judged"]] == ["seal", "signature", "archive", "archive"]


@pytest.mark.parametrize(
    ("since", "reason", "refused"),
    [
        (timedelta(days=-1), "key_compromise", True),
        (timedelta(days=-1), "cessation_of_operation", True),
        (timedelta(days=-1), "unspecified", True),
        (timedelta(days=1), "key_compromise", False),
        (timedelta(days=1), "superseded", False),
    ],
)
def test_later_revocation_is_judged_at_the_proven_time(since: timedelta, reason: str, *, refused: bool) -> None:
    own = Sealer(6)
    sealed = own.seal(attached(contract()))
    own.clock.now = SEALED_AT + timedelta(days=2)
    own.authority.revoked["seal"] = Revocation(since=SEALED_AT + since, reason=reason)
    found = answer(sealed, root=own.root, at=own.clock.now, lists=(own.authority.revocation_list(),))

    assert ("sealed.revoked" in {code for code, _ in found["reasons"]}) is refused
    assert found["revocation"] == "revoked"


@pytest.mark.parametrize(
    ("reason", "since", "refused"),
    [("key_compromise", 1, True), ("superseded", 1, False), ("superseded", -1, True)],
)
def test_last_time_stamp_counts_only_while_its_key_was_not_compromised(
    reason: str, since: int, *, refused: bool
) -> None:
    own = Sealer(7)
    sealed = own.seal(attached(contract()))
    own.clock.now = SEALED_AT + timedelta(days=2)
    own.authority.revoked["time-stamps"] = Revocation(since=SEALED_AT + timedelta(days=since), reason=reason)

    found = codes(sealed, root=own.root, at=own.clock.now, lists=(own.authority.revocation_list(),))
    assert ("sealed.revoked" in found) is refused


def test_list_that_is_current_says_good_and_others_say_nothing() -> None:
    listed = sealer().authority.revocation_list()

    assert answer(honest(), lists=(listed,), at=SEALED_AT)["revocation"] == "good"
    assert answer(honest(), lists=(listed,), at=SEALED_AT + timedelta(days=99))["revocation"] == "not-checked"
    assert answer(honest(), lists=(Sealer(8).authority.revocation_list(),))["revocation"] == "not-checked"
    assert answer(honest())["revocation"] == "not-checked"


# --- files that are no sealed file ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"x", "pdf.not-a-pdf"),
        (encrypted_pdf(user="", owner="o"), "pdf.encrypted"),
        (b"%PDF-1.7\n%%EOF", "pdf.malformed"),
        (small_pdf(pages=501), "pdf.too-many-pages"),
    ],
)
def test_what_no_upload_may_be_no_sealed_file_may_be(data: bytes, code: str) -> None:
    assert code in codes(data)
