"""Loan contracts as PDF: the same bytes each time, accepted by our own inspection, no drawn boxes."""

import hashlib
import re
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest

from ledger.core.agreements.contract_facts import contract_facts
from ledger.core.agreements.day_count import DayCount
from ledger.core.agreements.repayment import BusinessDays, Method
from ledger.core.agreements.terms import Charged, CollateralKind, FeeKind, GuaranteeKind
from signing.canonical import encode
from signing.errors import DocumentRefused, InvalidEncoding
from signing.pdf.inspect import inspect
from signing.pdf.inspect_sealed import SealTrust, inspect_sealed
from signing.pdf.typeset import PACKAGES, SHIPPED_TEMPLATES, Typesetter, translated
from support.drafts import DATED, contract, draft, guaranteed, signer, typeset
from support.loan_terms import repayment, terms
from support.sealing import local_authority, now, sealed_pdf

LANGUAGES = ("zh", "en", "zh-en")


def text_of(document: bytes) -> str:
    pdf = pypdfium2.PdfDocument(document)
    return "\n".join(page.get_textpage().get_text_bounded() for page in pdf)


def flat(text: str) -> str:
    """Return text without spaces, line breaks and places to break."""
    return re.sub(r"[\s\u200b]", "", text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", Typesetter().names())
def test_every_template_in_every_language_is_archival_and_passes_inspection(template: str, language: str) -> None:
    value = draft(language) if template == "personal-instalment" else guaranteed(language)
    document = typeset(contract(value), template)
    assert inspect(document).pages >= 4
    with pikepdf.open(BytesIO(document)) as pdf:
        metadata = pdf.open_metadata()
        assert metadata.pdfa_status == "3A"
        assert metadata["pdfuaid:part"] == "1"
        assert "/AcroForm" not in pdf.Root
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == ("en-GB" if language == "en" else "zh-CN")


def test_contract_is_byte_for_byte_the_same_also_in_another_process() -> None:
    made = typeset(contract(draft()))
    code = (
        "import hashlib, sys; from support.drafts import *; "
        "sys.stdout.write(hashlib.sha256(typeset(contract(draft()))).hexdigest())"
    )
    paths = f"import sys; sys.path[:0] = {[str(Path(__file__).parents[4]), str(Path(__file__).parents[3])]!r}; "
    other = subprocess.run([sys.executable, "-c", paths + code], capture_output=True, text=True, check=True)
    assert typeset(contract(draft())) == made
    assert other.stdout == hashlib.sha256(made).hexdigest()


def test_attached_terms_are_the_bytes_that_are_hashed() -> None:
    made = contract(guaranteed())
    with pikepdf.open(BytesIO(typeset(made, "small-business"))) as pdf:
        assert pdf.attachments["terms.json"].get_file().read_bytes() == encode(made.draft.terms.to_json())


def test_number_names_amounts_and_codes_can_be_read_out_of_the_file() -> None:
    made = contract(guaranteed())
    text = text_of(typeset(made, "small-business"))
    for expected in (
        "HT-2026-000117",
        "杭州衡石机械有限公司",
        "陈𬭎",
        "周䶮",
        "Zoë Łuk",
        "91330100MA2H00000Q",
        "CNY 800,000.00",
        "捌拾万元整",
        "846,332.91",
        "K7M42Q",
        made.nonce.hex(),
        made.draft.terms.sha256().hex(),
        "Page 1 of",
        "CNC lathe CK6150",
    ):
        assert flat(expected) in flat(text), expected


def test_english_alone_has_no_chinese_words_and_chinese_alone_no_english() -> None:
    plain = draft("en", signer(name="Ann Lee", printed={"identifier": "1", "address": "Leeds"}), purpose="a roof")
    english = text_of(typeset(contract({**plain, "lender": {"name": "Bank", "identifier": "2", "address": "Hull"}})))
    assert not re.search("[\u4e00-\u9fff]", english)
    assert "Article" not in text_of(typeset(contract(draft("zh"))))


def test_a_preview_says_draft_and_has_no_reading_code() -> None:
    text = text_of(typeset(contract(draft(), reading_code=None)))
    assert "DRAFT" in text
    assert "阅读码" not in text


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": b"\x07" * 32},
        {"number": "X"},
        {"agreement": "X"},
        {"reading_code": "AAAAAA"},
        {"dated": DATED.replace(day=25)},
        {"draft": contract(draft(purpose="a car")).draft},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_fact_changes_the_bytes(change: dict[str, Any]) -> None:
    assert typeset(contract(draft("zh"), **change)) != typeset(contract(draft("zh")))


def test_twelve_parties_with_long_names_and_360_rows_are_typeset() -> None:
    long = {
        "identifier": "PASSPORT-" + "X" * 60,
        "address": "Flat 3, 22 Mill Lane, Leeds LS1 2AB, United Kingdom " * 5 + ".",
    }
    others = [signer(place, "guarantor", f"Wolfeschlegelsteinhausenbergerdorff {'x' * 70} {place}", printed=long) for place in range(2, 12)]  # type: ignore[arg-type]  # JSON  # fmt: skip
    value = guaranteed()
    value["terms"] = contract(
        draft(term_months=360, guarantee={"kind": "general", "months": 600}, purpose="设备" * 150)
    ).draft.terms.to_json()
    value["signers"] = [signer(), *others]
    assert 15 <= inspect(typeset(contract(value), "small-business")).pages <= 40


def test_columns_of_the_largest_amounts_stay_apart() -> None:
    value = guaranteed("en")
    value["terms"] = terms(amount={"currency": "CNY", "minor": "9" * 18}, fees=None, collateral=None)
    text = text_of(typeset(contract(value), "small-business"))
    amounts = re.findall(r"[0-9,]{15,}\.[0-9]+", text)
    assert len(amounts) >= 24
    assert {len(amount.partition(".")[2]) for amount in amounts} == {2}, "one amount runs into the next"


@pytest.mark.parametrize("method", ["interest-only", "bullet", "equal-instalment"])
def test_other_ways_of_repayment_are_typeset(method: str) -> None:
    value = guaranteed("en")
    months = 24 if method == "bullet" else 3
    due = "2028-12-01" if method == "bullet" else "2027-03-01"
    plan = repayment(method=method, every_months=months, first_due=due, day_count="actual/actual")
    value["terms"] = {**contract(value).draft.terms.to_json(), "repayment": plan}
    assert inspect(typeset(contract(value), "small-business")).pages >= 5


def test_markup_in_a_name_is_printed_and_not_obeyed() -> None:
    name = '#read("/etc/hostname") *x* $1$ @y <z> \\u{41}'
    assert flat(name) in flat(text_of(typeset(contract(draft("en", signer(name=name))))))


@pytest.mark.parametrize(("name", "shown"), [("王𪚥", "U+2A6A5 𪚥"), ("Zoë 😀", "U+1F600")])
def test_character_that_no_font_has_is_refused_by_name(name: str, shown: str) -> None:
    with pytest.raises(DocumentRefused) as caught:
        typeset(contract(draft("zh", signer(name=name))))
    assert caught.value.code == "pdf.missing-glyph"
    assert shown in caught.value.message


@pytest.mark.parametrize("name", ["𠮷", "㛃", "喆", "䶮", "𬭎", "Łukasiewicz", "Ωμέγα", "Жуков"])
def test_rare_and_foreign_names_print(name: str) -> None:
    assert name in text_of(typeset(contract(draft("en", signer(name=name)))))


def test_message_that_names_no_character_is_passed_on() -> None:
    assert translated("file not found").code == "pdf.not-typeset"


@pytest.mark.parametrize("terms", [b"", b"{ }", b"\xff"])
def test_terms_that_are_not_canonical_are_refused(terms: bytes) -> None:
    with pytest.raises(InvalidEncoding):
        Typesetter().contract("personal-instalment", {}, terms, DATED)


def test_terms_that_are_too_long_are_refused() -> None:
    with pytest.raises(DocumentRefused) as caught:
        Typesetter().contract("personal-instalment", {}, encode({"x": "y" * 70_000}), DATED)
    assert caught.value.code == "pdf.not-typeset"


def test_without_fonts_every_contract_is_refused_and_the_way_on_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentRefused, match="scripts/install_assets") as caught:
        typeset(contract(draft()), typesetter=Typesetter(fonts=tmp_path))
    assert caught.value.code == "pdf.no-fonts"
    with pytest.raises(DocumentRefused, match="TALLY_FONTS"):
        Typesetter(fonts=tmp_path).require_fonts()
    Typesetter().require_fonts()


def own_template(folder: Path, text: str | None = None) -> Typesetter:
    shutil.copytree(SHIPPED_TEMPLATES / "personal-instalment", folder / "own")
    if text is not None:
        (folder / "own" / "contract.typ").write_text(text)
    return Typesetter(templates=(folder, SHIPPED_TEMPLATES))


def test_an_institution_s_own_template_is_found_and_uses_the_shared_package(tmp_path: Path) -> None:
    typesetter = own_template(tmp_path)
    assert typesetter.names() == ("own", "personal-instalment", "small-business")
    assert typeset(contract(draft()), "own", typesetter) == typeset(contract(draft()))


def test_every_file_of_a_template_counts_in_its_digest(tmp_path: Path) -> None:
    typesetter = own_template(tmp_path)
    before = typesetter.digest("own")
    assert before == typesetter.digest("personal-instalment")
    (tmp_path / "own" / "clause.typ").write_text("more")
    assert typesetter.digest("own") != before


def test_a_typeset_contract_can_be_sealed_by_the_strict_rules() -> None:
    made, authority = typeset(contract(guaranteed()), "small-business"), local_authority()
    sealed = sealed_pdf(made, authority)
    trust = SealTrust(roots=(authority.root,))
    assert inspect_sealed(sealed, trust, at=now(), document=hashlib.sha256(made).digest()).reasons == ()
    assert sealed.startswith(made)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('#import "@preview/cetz:0.3.0"', "template.unreadable"),
        ('#read("/etc/hostname")', "pdf.not-typeset"),
        ('#read("../../../etc/hostname")', "pdf.not-typeset"),
        ("#panic()", "pdf.not-typeset"),
    ],
)
def test_a_template_reaches_neither_network_nor_other_files(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(DocumentRefused) as caught:
        typeset(contract(draft()), "own", own_template(tmp_path, text))
    assert caught.value.code == code


@pytest.mark.parametrize("name", ["none", "../personal-instalment", "packages", ""])
def test_a_name_that_is_no_template_is_refused(name: str) -> None:
    with pytest.raises(DocumentRefused) as caught:
        typeset(contract(draft()), name)
    assert caught.value.code == "template.unreadable"


def test_a_manifest_that_is_not_json_is_refused(tmp_path: Path) -> None:
    typesetter = own_template(tmp_path)
    (tmp_path / "own" / "template.json").write_text("{")
    with pytest.raises(DocumentRefused) as caught:
        typesetter.manifest("own")
    assert caught.value.code == "template.unreadable"


def test_words_of_the_terms_are_complete() -> None:
    """Every value that terms may take has its words; a missing one would fail only in the contract that has it."""
    words = (PACKAGES / "tally" / "contract" / "1.0.0" / "words.typ").read_text("utf-8")
    kinds = (Method, BusinessDays, DayCount, FeeKind, Charged, GuaranteeKind, CollateralKind)  # fmt: skip
    for kind in kinds:
        for value in kind:
            assert re.search(rf'^ *"?{re.escape(value)}"?: \(', words, re.MULTILINE), value


def test_reasons_of_typesetting_are_documented() -> None:
    table = (Path(__file__).resolve().parents[4] / "docs" / "pdf-rules.md").read_text("utf-8")
    for code in ("pdf.missing-glyph", "pdf.not-typeset", "pdf.no-fonts"):
        assert f"`{code}`" in table


def test_facts_are_enough_for_any_calendar() -> None:
    assert contract_facts(contract(guaranteed()), lambda day: day.isoweekday() < 6)["instalments"] == "8"
