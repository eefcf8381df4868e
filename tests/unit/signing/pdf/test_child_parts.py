"""Parts of the child process by themselves: what whole files reach only by rare roads."""

import asyncio
import json
from io import BytesIO

import pikepdf
import pytest
from asn1crypto import algos, cms
from pikepdf import Array, Dictionary, Name
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from signing.pdf.child import main
from signing.pdf.child.findings import Findings, Refused
from signing.pdf.child.looks import Shape
from signing.pdf.child.open_strictly import open_strictly
from signing.pdf.child.page_tree import inherited
from signing.pdf.child.sealed_changes import Changed, compare, compare_after
from signing.pdf.child.sealed_cms import check_algorithm
from signing.pdf.child.second_reader import Disagreement, alike, check_second_reader, compare_objects
from signing.pdf.child.zygote import Task
from support.sealed_pdfs import CHECKED_AT, attached, contract, honest, sealer
from support.small_pdfs import encrypted_pdf, raw_page, raw_pdf, small_pdf

PLAIN = raw_page(b"<</Length 0>>stream\n\nendstream")


def test_tasks_answer_in_canonical_json() -> None:
    question = {
        "roots": [sealer().root.hex()],
        "time_stamp_roots": [sealer().root.hex()],
        "revocation_lists": [sealer().authority.revocation_list().hex()],
        "at": CHECKED_AT.isoformat(),
        "max_pages": 9,
        "document": None,
    }

    assert json.loads(main.upload(contract(), {"max_pages": 9}, asyncio.run)) == {"pages": 2, "reasons": []}
    assert json.loads(main.sealed(honest(), question, asyncio.run))["reasons"] == []
    question["document"] = "00" * 32
    assert json.loads(main.sealed(honest(), question, asyncio.run))["reasons"] != []


@pytest.mark.parametrize("task", [main.upload, main.sealed])
def test_running_out_of_memory_ends_the_process(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("signing.pdf.child.uploads.check_frame", exhausted)
    monkeypatch.setattr("signing.pdf.child.sealed.check_frame", exhausted)
    request = {"roots": [], "time_stamp_roots": [], "revocation_lists": [], "at": CHECKED_AT.isoformat()}
    with pytest.raises(MemoryError):
        task(b"", {**request, "max_pages": 1, "document": None}, asyncio.run)


# --- the second parser ---------------------------------------------------------------------------------------------


def test_pdf_that_opens_with_a_password_only_is_encrypted() -> None:
    with pytest.raises(Refused) as caught:
        open_strictly(encrypted_pdf(user="secret", owner="owner"))
    assert caught.value.code == "pdf.encrypted"


def test_second_parser_that_cannot_read_the_file_is_a_difference() -> None:
    findings = Findings()
    broken = PLAIN.replace(b"startxref", b"startxxxx")

    assert check_second_reader(broken, [], [], findings) is None
    assert findings.codes() == {"pdf.two-readings"}


def test_third_parser_that_cannot_read_the_file_is_a_difference() -> None:
    findings = Findings()
    check_second_reader(b"%PDF-1.7\n", [], [], findings)

    assert "pdf.two-readings" in findings.codes()


def test_other_number_and_other_size_of_pages_are_differences() -> None:
    many, sized = Findings(), Findings()
    check_second_reader(PLAIN, [], [None, None], many)
    check_second_reader(PLAIN, [], [Shape(99, 9)], sized)

    assert many.found["pdf.two-readings"] == "2 pages and 1 pages"
    assert sized.found["pdf.two-readings"] == "page 1 has two sizes"


def test_object_that_two_parsers_read_differently_is_named() -> None:
    other = PLAIN.replace(b"[0 0 9 9]", b"[0 0 9 8]")
    with open_strictly(PLAIN) as pdf, pytest.raises(Disagreement, match="object 3"):
        compare_objects(list(pdf.objects), PdfFileReader(BytesIO(other), strict=False))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (pikepdf.String("a\r\nb"), generic.ByteStringObject(b"a\nb")),
        (Name("/A"), generic.pdf_name("/A")),
        (
            Array([1, True, None]),
            generic.ArrayObject([generic.NumberObject(1), generic.BooleanObject(True), generic.NullObject()]),
        ),
        (
            Dictionary(A=1),
            generic.DictionaryObject(
                {generic.pdf_name("/A"): generic.NumberObject(1), generic.pdf_name("/B"): generic.NullObject()}
            ),
        ),
        (None, generic.NullObject()),
    ],
)
def test_same_values_are_alike_and_others_are_not(one: object, two: object) -> None:
    assert alike(one, two, 9)
    assert not alike(Name("/Z"), two, 9)
    assert not alike(7, two, 9)


def test_values_nested_beyond_comparison_are_a_difference() -> None:
    with pytest.raises(Disagreement):
        alike(1, generic.NumberObject(1), 0)


def test_name_in_gbk_is_read_as_the_second_parser_reads_it() -> None:
    data = raw_page(b"<</Length 0>>stream\n\nendstream", b"[/#B7#C2#CB#CE]")
    with open_strictly(data) as pdf:
        compare_objects(list(pdf.objects), PdfFileReader(BytesIO(data), strict=False))


# --- containers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "inner", "weak"),
    [
        ("sha256_rsa", None, False),
        ("sha1_rsa", None, True),
        ("ecdsa", None, False),
        ("rsassa_pss", "sha256", False),
        ("rsassa_pss", "sha1", True),
    ],
)
def test_signature_algorithm_is_held_to_sha_2(name: str, inner: str | None, *, weak: bool) -> None:
    algorithm: dict[str, object] = {"algorithm": name}
    if inner:
        digest = algos.DigestAlgorithm({"algorithm": inner})
        mask = algos.MaskGenAlgorithm({"algorithm": "mgf1", "parameters": digest})
        algorithm["parameters"] = algos.RSASSAPSSParams({"hash_algorithm": digest, "mask_gen_algorithm": mask})
    findings = Findings()
    check_algorithm(cms.SignedDigestAlgorithm(algorithm), findings)

    assert findings.codes() == ({"sealed.weak-algorithm"} if weak else set())


# --- changes -------------------------------------------------------------------------------------------------------


def test_fewer_pages_and_another_catalogue_are_changes() -> None:
    shorter = small_pdf(pages=1)
    with open_strictly(contract()) as first, open_strictly(shorter) as final, pytest.raises(Changed, match="number"):
        compare(first, final, 9)


def test_attachment_after_the_seal_is_a_change() -> None:
    with open_strictly(contract()) as first, open_strictly(attached(contract())) as final:
        compare(first, final, 9)
        with pytest.raises(Changed, match="attachment"):
            compare_after(first, final, 9)


def test_value_inherited_along_a_broken_or_endless_branch_is_none() -> None:
    with open_strictly(raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Parent 2 0 R>>")) as pdf:
        assert inherited(pdf.Root["/Pages"], "/MediaBox") is None
        assert inherited(Dictionary(Parent=7), "/MediaBox") is None
