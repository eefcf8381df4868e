"""Attaching a file: what was attached stays, whatever the shape of the list; one name is used once."""

from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from signing.errors import DocumentRefused
from signing.pdf.attachments import MAX_ATTACHMENTS, Attachment, attach
from support.sealing import now
from support.small_pdfs import small_pdf

DATA = b'{"a":1}'


def attached(contract: bytes, name: str = "evidence.json") -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(contract))
    file = Attachment(name=name, media_type="application/json", description="evidence", data=DATA, at=now())
    attach(writer, file)
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def files(pdf: bytes) -> dict[str, bytes]:
    with pikepdf.open(BytesIO(pdf)) as opened:
        return {name: item.get_file().read_bytes() for name, item in opened.attachments.items()}


def with_files(*names: str) -> bytes:
    def change(pdf: Pdf) -> None:
        for name in names:
            pdf.attachments[name] = name.encode()

    return small_pdf(change)


def nested(pdf: Pdf) -> None:
    """Put two attachments into a tree of two branches, with other names of the document beside it."""
    branches = []
    for name in ("a.txt", "z.txt"):
        stream = pdf.make_stream(name.encode())
        spec = pdf.make_indirect(Dictionary(Type=Name.Filespec, F=String(name), EF=Dictionary(F=stream)))
        limits = Array([String(name), String(name)])
        branches.append(pdf.make_indirect(Dictionary(Names=Array([String(name), spec]), Limits=limits)))
    tree = Dictionary(Kids=Array(branches))
    pdf.Root.Names = pdf.make_indirect(Dictionary(EmbeddedFiles=tree, Dests=Dictionary(Names=Array())))


@pytest.mark.parametrize(
    ("contract", "before"),
    [
        (small_pdf(), []),
        (with_files("b.txt", "zebra.txt"), ["b.txt", "zebra.txt"]),
        (small_pdf(nested), ["a.txt", "z.txt"]),
    ],
    ids=["none", "some", "a tree"],
)
def test_the_file_joins_what_is_attached(contract: bytes, before: list[str]) -> None:
    result = attached(contract)
    assert result.startswith(contract)
    assert files(result) == {**{name: name.encode() for name in before}, "evidence.json": DATA}


def test_the_list_is_sorted_and_the_file_is_associated() -> None:
    with pikepdf.open(BytesIO(attached(with_files("b.txt", "zebra.txt")))) as pdf:
        names = [str(part) for part in list(pdf.Root.Names.EmbeddedFiles.Names)[::2]]
        assert names == ["b.txt", "evidence.json", "zebra.txt"]
        assert [str(item.AFRelationship) for item in pdf.Root.AF][-1:] == ["/Data"]


def test_other_names_and_associated_files_stay() -> None:
    def change(pdf: Pdf) -> None:
        nested(pdf)
        pdf.Root.AF = Array([pdf.make_indirect(Dictionary(Type=Name.Filespec, F=String("a.txt")))])

    with pikepdf.open(BytesIO(attached(small_pdf(change)))) as pdf:
        assert "/Dests" in pdf.Root.Names
        assert [str(item.F) for item in pdf.Root.AF] == ["a.txt", "evidence.json"]


@pytest.mark.parametrize("name", ["evidence.json", "b.txt"])
def test_a_name_is_used_once(name: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        attached(with_files("b.txt", "evidence.json"), name)
    assert refused.value.code == "seal.name-taken"


def endless(pdf: Pdf) -> None:
    branch = pdf.make_indirect(Dictionary())
    branch.Kids = Array([branch])
    pdf.Root.Names = Dictionary(EmbeddedFiles=branch)


def no_tree(pdf: Pdf) -> None:
    pdf.Root.Names = Dictionary(EmbeddedFiles=Array())


def crowded(pdf: Pdf) -> None:
    spec = pdf.make_indirect(Dictionary(Type=Name.Filespec))
    pairs = [part for number in range(MAX_ATTACHMENTS + 1) for part in (String(f"{number:05}"), spec)]
    pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array(pairs)))


@pytest.mark.parametrize("change", [endless, no_tree, crowded])
def test_a_list_that_is_none_is_refused(change: object) -> None:
    assert callable(change)
    with pytest.raises(DocumentRefused) as refused:
        attached(small_pdf(change))
    assert refused.value.code == "seal.attachments"


def test_a_name_that_is_no_text_comes_first() -> None:
    def change(pdf: Pdf) -> None:
        spec = pdf.make_indirect(Dictionary(Type=Name.Filespec, F=String("a.txt")))
        pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array([7, spec, String(b"\xff\x00"), spec])))

    with pikepdf.open(BytesIO(attached(small_pdf(change)))) as pdf:
        assert int(pdf.Root.Names.EmbeddedFiles.Names[0]) == 7
