"""Parts of the child process by themselves: what whole files reach only by rare roads."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
from asn1crypto import algos, cms, core, crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pikepdf import Array, Dictionary, Name
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.errors import SignatureValidationError

from signing.pdf.child import bombs, main
from signing.pdf.child.bombs import first_bytes
from signing.pdf.child.fields import check_fields
from signing.pdf.child.findings import Findings, Refused
from signing.pdf.child.hidden import check_hidden
from signing.pdf.child.looks import Shape
from signing.pdf.child.open_strictly import open_strictly
from signing.pdf.child.page_tree import inherited
from signing.pdf.child.question import Question, Roots
from signing.pdf.child.sealed import judge_sealed
from signing.pdf.child.sealed_changes import Changed, candidates, compare, compare_after
from signing.pdf.child.sealed_cms import check_algorithm, check_container, check_detached, check_key
from signing.pdf.child.sealed_later import is_by, revoked
from signing.pdf.child.sealed_time import token_time
from signing.pdf.child.second_reader import Disagreement, alike, check_second_reader, compare_objects
from signing.pdf.child.zygote import Task
from support.in_turn import IN_TURN
from support.sealed_pdfs import CHECKED_AT, Sealer, attached, contract, honest, sealer
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

    assert json.loads(main.upload(contract(), {"max_pages": 9}, IN_TURN)) == {"pages": 2, "reasons": []}
    assert json.loads(main.sealed(honest(), question, IN_TURN))["reasons"] == []
    question["document"] = "00" * 32
    assert json.loads(main.sealed(honest(), question, IN_TURN))["reasons"] != []


@pytest.mark.parametrize("task", [main.upload, main.sealed])
def test_running_out_of_memory_ends_the_process(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("signing.pdf.child.uploads.check_frame", exhausted)
    monkeypatch.setattr("signing.pdf.child.sealed.check_frame", exhausted)
    request = {"roots": [], "time_stamp_roots": [], "revocation_lists": [], "at": CHECKED_AT.isoformat()}
    with pytest.raises(MemoryError):
        task(b"", {**request, "max_pages": 1, "document": None}, IN_TURN)


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


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda pdf: pdf.Root.__setitem__("/Lang", pikepdf.String("zh")), "the catalogue"),
        (lambda pdf: pdf.Root.__setitem__("/Names", Dictionary(Dests=Dictionary())), "names"),
        (lambda pdf: pdf.Root.__setitem__("/AcroForm", Dictionary(Fields=Array([]), XFA=1)), "the form"),
        (
            lambda pdf: pdf.Root.__setitem__("/AcroForm", Dictionary(Fields=Array([Dictionary(FT=Name.Tx)]))),
            "more than",
        ),
        (lambda pdf: pdf.Root.__setitem__("/AcroForm", Dictionary(Fields=Array([7]))), "more than"),
        (
            lambda pdf: pdf.Root.__setitem__(
                "/AcroForm", Dictionary(Fields=Array([Dictionary(FT=Name.Sig, Rect=Array([0, 0, 9, 9]))]))
            ),
            "covers something",
        ),
        (
            lambda pdf: pdf.Root.__setitem__("/AcroForm", Dictionary(Fields=Array([Dictionary(FT=Name.Sig)]))),
            "another signature",
        ),
        (lambda pdf: pdf.Root.__setitem__("/Perms", Dictionary(UR3=Dictionary())), "permissions"),
        (lambda pdf: pdf.attachments.__setitem__("a.txt", other_attachment(pdf)), "an attachment of R0"),
        (lambda pdf: pdf.Root.__setitem__("/AF", 7), "the associated files"),
        (lambda pdf: pdf.pages[0].obj.__setitem__("/Annots", Array([])), "the annotations"),
        (lambda pdf: pdf.pages[0].obj.__setitem__("/Rotate", 90), "a page"),
    ],
)
def test_each_place_may_gain_only_what_sealing_enters(change: Callable[[pikepdf.Pdf], None], what: str) -> None:
    def base(pdf: pikepdf.Pdf) -> None:
        pdf.attachments["a.txt"] = pikepdf.AttachedFileSpec(pdf, b"a", filename="a.txt")
        pdf.Root["/AF"] = Array([pdf.make_indirect(Dictionary(Type=Name.Filespec))])
        pdf.pages[0].obj["/Annots"] = Array([pdf.make_indirect(Dictionary(Subtype=Name.Link))])

    data = small_pdf(base)
    with open_strictly(data) as first, open_strictly(data) as final:
        change(final)
        with pytest.raises(Changed, match=what):
            compare(first, final, 9)


def other_attachment(pdf: pikepdf.Pdf) -> pikepdf.AttachedFileSpec:
    return pikepdf.AttachedFileSpec(pdf, b"b", filename="a.txt")


def test_revisions_are_looked_through_up_to_a_limit() -> None:
    data = b"startxref\n1\n%%EOF\n" * 100 + b"startxref\n1\n%%EOF"

    assert len(list(candidates(data, len(data)))) == 128
    assert list(candidates(b"startxref\n1\n%%EOF", 99)) == [17]


# --- containers, once more ------------------------------------------------------------------------------------------


def seal_of(data: bytes) -> cms.SignedData:
    return PdfFileReader(BytesIO(data)).embedded_regular_signatures[0].signed_data


def test_container_with_two_signers_or_doubled_attributes_is_malformed() -> None:
    container = seal_of(honest())
    signer = container["signer_infos"][0]
    twice, doubled = Findings(), Findings()
    check_container(cms.SignedData({**fields_of(container), "signer_infos": [signer, signer]}), frozenset(), twice)
    attributes = [*signer["signed_attrs"], signer["signed_attrs"][0]]
    changed = cms.SignerInfo({**fields_of(signer), "signed_attrs": attributes})
    check_container(
        cms.SignedData({**fields_of(container), "signer_infos": [changed]}),
        frozenset({"signing_certificate_v2"}),
        doubled,
    )

    assert twice.codes() == doubled.codes() == {"sealed.malformed"}


def fields_of(value: cms.SignedData) -> dict[str, object]:
    return {name: value[name] for name in value if value[name].native is not None}


def test_signature_over_something_else_than_data_is_malformed() -> None:
    findings = Findings()
    check_detached(cms.ContentInfo({"content_type": "tst_info"}), findings)

    assert findings.codes() == {"sealed.malformed"}


def test_small_key_and_old_certificate_are_weak() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505  # what is to be refused
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a")])
    other = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "b")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(other).public_key(key.public_key())
    built = builder.serial_number(1).not_valid_before(CHECKED_AT).not_valid_after(CHECKED_AT + timedelta(days=1))
    data = built.sign(key, hashes.SHA224()).public_bytes(Encoding.DER)
    findings = Findings()
    check_key(asn1_x509.Certificate.load(data), findings)

    assert findings.codes() == {"sealed.weak-algorithm"}


@pytest.mark.parametrize(
    ("key", "weak"), [(ed25519.Ed25519PrivateKey.generate(), False), (ed448.Ed448PrivateKey.generate(), True)]
)
def test_edwards_key_is_judged_by_its_curve(
    key: ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey, *, weak: bool
) -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = builder.serial_number(1).not_valid_before(CHECKED_AT).not_valid_after(CHECKED_AT + timedelta(days=1))
    findings = Findings()
    check_key(asn1_x509.Certificate.load(built.sign(key, None).public_bytes(Encoding.DER)), findings)

    assert ("sealed.weak-algorithm" in findings.codes()) is weak


def test_time_stamp_that_holds_no_time_is_refused() -> None:
    with pytest.raises(SignatureValidationError):
        token_time(seal_of(honest()))


def test_time_stamps_out_of_order_are_noticed() -> None:
    own = Sealer(9)
    sealed = own.seal(attached(contract()))
    own.clock.now -= timedelta(minutes=10)
    stamped = own.renew(sealed)
    roots = Roots((asn1_x509.Certificate.load(own.root),), (asn1_x509.Certificate.load(own.root),))

    found = judge_sealed(stamped, Question(roots, (), CHECKED_AT, 9, None), IN_TURN)
    assert "sealed.time-order" in str(found["reasons"])


def test_invalidity_date_moves_a_compromise_back_but_not_an_orderly_end() -> None:
    since, stated = CHECKED_AT, CHECKED_AT - timedelta(days=9)
    for reason, expected in (("key_compromise", stated), ("superseded", since)):
        extensions = [
            {"extn_id": "crl_reason", "critical": False, "extn_value": crl.CRLReason(reason)},
            {"extn_id": "invalidity_date", "critical": False, "extn_value": core.GeneralizedTime(stated)},
        ]
        entry = crl.RevokedCertificate(
            {
                "user_certificate": 7,
                "revocation_date": asn1_x509.Time({"utc_time": since}),
                "crl_entry_extensions": extensions,
            }
        )
        assert revoked(entry).since == expected


def test_list_signed_by_another_key_is_not_believed() -> None:
    listed = bytearray(sealer().authority.revocation_list())
    listed[-1] ^= 1
    roots = asn1_x509.Certificate.load(sealer().root)

    assert not is_by(roots, sealer().certificate, bytes(listed))
    assert not is_by(roots, sealer().certificate, b"no list")
    assert not is_by(sealer().certificate, sealer().certificate, bytes(listed))


# --- fields and files ----------------------------------------------------------------------------------------------


def test_form_of_endless_fields_and_annotations_that_are_none_are_passed_over() -> None:
    findings = Findings()

    def change(pdf: pikepdf.Pdf) -> None:
        loop = pdf.make_indirect(Dictionary(T=pikepdf.String("a")))
        loop["/Kids"] = Array([loop, loop])
        pdf.Root["/AcroForm"] = Dictionary(Fields=Array([loop]))
        pdf.pages[0].obj["/Annots"] = Array([7])

    with open_strictly(small_pdf(change)) as pdf:
        check_fields(pdf, [], findings)
        check_hidden(pdf, [pdf.Root["/Pages"]["/Kids"][0]], findings)
    assert findings.codes() == set()


def test_first_bytes_of_an_attachment_in_another_encoding_are_read() -> None:
    with open_strictly(raw_page(b"<</Filter/ASCIIHexDecode/Length 5>>stream\n4D5A>\nendstream")) as pdf:
        assert first_bytes(pikepdf.Stream(pdf, b"4D5A>", Filter=Name.ASCIIHexDecode), 2) == b"MZ"


def test_encryption_that_is_none_is_encryption_all_the_same() -> None:
    with pytest.raises(Refused) as caught:
        open_strictly(PLAIN.replace(b"/Root 1 0 R", b"/Root 1 0 R/Encrypt 7"))
    assert caught.value.code == "pdf.encrypted"


def test_dictionaries_of_other_keys_are_not_alike() -> None:
    other = generic.DictionaryObject({generic.pdf_name("/B"): generic.NumberObject(1)})

    assert not alike(Dictionary(A=1), other, 9)
    assert not alike(Dictionary(), other, 9)


def test_values_of_other_kinds_are_not_alike() -> None:
    reader = PdfFileReader(BytesIO(PLAIN))
    reference = generic.IndirectObject(4, 0, reader)

    assert not alike(7, reference, 9)
    assert not alike(pikepdf.String("a"), generic.pdf_name("/a"), 9)


def test_bomb_in_a_sealed_file_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bombs, "MAX_DECODED", 10)
    roots = Roots((), ())

    found = judge_sealed(honest(), Question(roots, (), CHECKED_AT, 9, None), IN_TURN)
    assert found["reasons"] == [["pdf.inflates", "more than 10 bytes when decoded"]]
