"""Actions: what starts by itself, what no list of kinds names, and addresses that only look harmless."""

import pytest

from signing.pdf.child.uploads import judge_upload
from support.raw_pages import page


def reasons(data: bytes) -> list[tuple[str, str]]:
    found = judge_upload(data, max_pages=9)["reasons"]
    assert isinstance(found, list)
    return [(code, detail) for code, detail in found]


def link(action: bytes) -> bytes:
    return page(b"", more=b"/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A %b>>]" % action)


@pytest.mark.parametrize(
    "root",
    [
        b"/OpenAction<</S/URI/URI(https://example.org)>>",
        b"/OpenAction<</S/GoTo/D(a)/Next[<</S/URI/URI(https://example.org)>>]>>",
        b"/AA<</WC<</S/URI/URI(https://example.org)>>>>",
    ],
)
def test_address_that_opens_without_a_click_is_refused(root: bytes) -> None:
    assert reasons(page(b"", root=root)) == [("pdf.active-content", "an address that opens by itself")]
    assert reasons(page(b"", more=root)) == reasons(page(b"", root=root))


@pytest.mark.parametrize("kind", [b"/Trans", b"/NOP", b"/SetState", b"/GoToDp", b"/Java#53cript", b"/Anything"])
def test_every_other_kind_of_action_is_refused(kind: bytes) -> None:
    plain = kind.replace(b"#53", b"S").decode()

    for data in (
        link(b"<</S%b>>" % kind),
        link(b"<</S/GoTo/D(a)/Next<</S%b>>>>" % kind),
        page(b"", root=b"/OpenAction<</S%b>>" % kind),
        page(b"", more=b"/AA<</O<</S%b>>>>" % kind),
    ):
        assert reasons(data) == [("pdf.active-content", plain)]


def test_actions_that_follow_each_other_without_end_are_refused() -> None:
    loop = page(b"", b"<</S/GoTo/D(a)/Next 5 0 R>>", root=b"/OpenAction 5 0 R")

    assert reasons(loop) == [("pdf.active-content", "a chain of actions without end")]


@pytest.mark.parametrize(
    "data",
    [
        page(b"", root=b"/OpenAction[3 0 R/Fit]"),
        page(b"", root=b"/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next<</S/Named/N/NextPage>>>>"),
        page(b"", b"<</Type/StructElem/S/P/A<</O/Layout/S/Anything>>>>", root=b"/Extra 5 0 R"),
        page(b"", root=b"/NeedsRendering false/URI<</Base(https://example.org/)>>"),
        link(b"<</S/URI/URI(  https://example.org)>>"),
    ],
)
def test_action_that_only_moves_the_view_and_what_is_no_action_pass(data: bytes) -> None:
    assert reasons(data) == []


@pytest.mark.parametrize(
    "address",
    [
        b"( javascript:alert\\(1\\))",
        b"(java\\nscript:alert)",
        b"(\\001javascript:alert)",
        b"(\\t\\\\\\\\server\\\\share)",
        b"<FEFF200B006A006100760061007300630072006900700074003A0031>",
        b"(data:text/html,x)",
    ],
)
def test_address_that_a_browser_reads_as_a_script_or_a_file_is_refused(address: bytes) -> None:
    expected = [("pdf.active-content", "a link to something else than a web or mail address")]

    assert reasons(link(b"<</S/URI/URI%b>>" % address)) == expected
    assert reasons(page(b"", root=b"/URI<</Base%b>>" % address)) == expected


@pytest.mark.parametrize(
    "root",
    [b"/NeedsRendering true", b"/Names<</AlternatePresentations<</Names[]>>>>"],
)
def test_pages_that_something_else_makes_are_refused(root: bytes) -> None:
    assert [code for code, _ in reasons(page(b"", root=root))] == ["pdf.active-content"]


def test_page_that_is_shown_in_steps_is_refused() -> None:
    assert reasons(page(b"", more=b"/PresSteps<</NA<</S/GoTo/D(a)>>>>")) == [("pdf.active-content", "/PresSteps")]
