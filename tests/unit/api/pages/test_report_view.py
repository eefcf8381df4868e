"""The report as it is shown, from real evidence: ten lines in both languages, and hostile names made harmless."""

from dataclasses import replace

import pytest
from starlette.requests import Request

from api.pages.rendering import page
from api.pages.report_view import Checked, ReportView
from ledger.core.evidence.answers import Language
from ledger.core.evidence.verify_file import FileFacts, verify
from support.evidence_material import FILE, NOW, build, wide_policy

BUILT = build()
CHECKED = Checked(file=FILE, file_name="contract.pdf", receipt_name="r.json", trust_name=None, package=BUILT.package)


def view_of(file: FileFacts = FILE, checked: Checked = CHECKED, language: Language = "en") -> ReportView:
    return ReportView(verify(file, BUILT.material, wide_policy(BUILT), now=NOW), checked, language)


def html_of(view: ReportView) -> str:
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/verify",
        "query_string": f"lang={view.language}".encode(),
        "headers": [],
    }
    answer = page(Request(scope), "verify.html", view=view, problem=None, upload_megabytes=25, local_megabytes=256)
    return bytes(answer.body).decode()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_report_shows_ten_numbered_answers(language: Language) -> None:
    html = html_of(view_of(language=language))
    assert [html.count(f'data-answer="{number}"') for number in range(1, 11)] == [1] * 10


def test_sound_file_is_proven_and_counts_nine_answers() -> None:
    view = view_of()
    assert view.outcome == "proven"
    assert sum(view.counts.values()) == 9
    assert view.counts["no"] == 0


def test_altered_file_has_one_no_and_the_rest_stands() -> None:
    view = view_of(replace(FILE, sha256=bytes(32)))
    assert view.outcome == "altered"
    assert [line.number for line in view.lines if line.verdict == "no"] == [1]


def test_evidence_that_lacks_a_required_answer_is_undecided() -> None:
    report = verify(FILE, BUILT.with_receipt(2, anchor=None), wide_policy(BUILT), now=NOW)
    assert ReportView(report, CHECKED, "en").outcome == "undecided"


def test_same_reason_for_several_entries_is_one_group() -> None:
    log = view_of().lines[2]
    assert [len(group) for group in log.groups] == [len(BUILT.package.receipts)]
    assert len(view_of().lines[1].groups) > 1


def test_tenth_line_is_labelled_as_limits_not_as_a_verdict() -> None:
    assert view_of().lines[9].badge == "limits"


def test_command_repeats_the_check_and_survives_a_shell() -> None:
    checked = replace(CHECKED, file_name="my contract.pdf", receipt_name="-r.json", trust_name="own.json")
    view = view_of(checked=checked)
    assert (view.command_file, view.command_receipt, view.command_trust) == (
        "'my contract.pdf'",
        "./-r.json",
        "own.json",
    )


def test_file_that_stayed_on_the_device_has_no_name_here() -> None:
    view = view_of(checked=replace(CHECKED, file_name=None))
    assert (view.file_name, view.command_file) == (None, "FILE.pdf")
    assert "the file was not sent" in html_of(view)


@pytest.mark.parametrize("place", ["file_name", "receipt_name", "trust_name"])
def test_hostile_name_is_escaped_and_disarmed(place: str) -> None:
    hostile = '"><img src=x onerror=alert(1)>\u202egpj.exe'
    html = html_of(view_of(checked=replace(CHECKED, **{place: hostile})))  # type: ignore[arg-type]  # names of real fields
    assert "<img src=x" not in html
    assert "\u202e" not in html
    assert "&lt;img src=x" in html


def test_page_holds_no_inline_script_or_style() -> None:
    html = html_of(view_of())
    assert "style=" not in html
    assert "<style" not in html
    assert "onclick" not in html
    assert html.count("<script") == html.count('<script type="module" src=') == 1
