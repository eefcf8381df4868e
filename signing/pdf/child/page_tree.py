"""The pages of a PDF in their order, walked by us: the parser's own list changes what it reads.

Promises: no recursion, no page or branch twice, no more pages than allowed; inherited values are looked up, not written.
"""

from collections.abc import Iterator

import pikepdf

from signing.pdf.child.findings import Refused

_MAX_BRANCHES = 20_000  # of a tree of 500 pages; a tree that is mostly branches is a way to make us work
_MAX_DEPTH = 64


def pages_of(pdf: pikepdf.Pdf, max_pages: int) -> list[pikepdf.Object]:
    """Return the page objects; raise Refused for a tree that is no tree, has no pages or too many."""
    pages = []
    for page in _leaves(pdf.Root.get("/Pages")):
        pages.append(page)
        if len(pages) > max_pages:
            raise Refused("pdf.too-many-pages", f"more than {max_pages} pages")
    if not pages:
        raise Refused("pdf.no-pages")
    counted: object = pdf.Root["/Pages"].get("/Count")
    if counted != len(pages):
        raise Refused("pdf.malformed", f"the page tree says that it has {counted} pages and has {len(pages)}")
    return pages


def _leaves(root: pikepdf.Object | None) -> Iterator[pikepdf.Object]:
    seen: set[tuple[int, int]] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, pikepdf.Dictionary) or not node.is_indirect:
            raise Refused("pdf.malformed", "the page tree holds something else than pages")
        if node.objgen in seen or len(seen) > _MAX_BRANCHES:
            raise Refused("pdf.malformed", "a page or a branch of the page tree stands there twice")
        seen.add(node.objgen)
        if "/Kids" in node:
            waiting.extend(reversed(_kids(node)))
        elif node.get("/Type") == pikepdf.Name.Page:
            yield node
        else:
            raise Refused("pdf.malformed", "a page that does not say that it is one")


def _kids(node: pikepdf.Object) -> list[pikepdf.Object]:
    kids = node["/Kids"]
    if not isinstance(kids, pikepdf.Array):
        raise Refused("pdf.malformed", "a branch of the page tree without pages")
    for kid in kids:  # some readers inherit from the branch that lists a page, others from the one that the page names
        parent: object = kid.get("/Parent") if isinstance(kid, pikepdf.Dictionary) else None
        if isinstance(parent, pikepdf.Object) and parent.objgen != node.objgen:
            raise Refused("pdf.malformed", "a page or a branch names another branch than the one that lists it")
    return list(kids)


def inherited(page: pikepdf.Object, key: str) -> pikepdf.Object | None:
    """Return a value of a page that it may have from the branches above it."""
    node: pikepdf.Object | None = page
    for _ in range(_MAX_DEPTH):
        if not isinstance(node, pikepdf.Dictionary):
            return None
        if key in node:
            return node[key]
        node = node.get("/Parent")
    return None
