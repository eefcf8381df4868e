"""What pyHanko's own comparison of revisions says: nothing beyond evidence and archive time stamps, or more.

Promises: whatever it says in another form is a finding. Annotations that are written into the list of their page, and metadata that are
no XMP, it cannot compare: then our own comparison (sealed_changes) and the pixels decide.
"""

from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel, SuspiciousModification

_CANNOT_COMPARE = (
    "Array contains direct objects",
    "/Metadata XML syntax could not be validated",
    "Metadata does not look like XMP",
)


def above_archiving(result: object) -> str:
    """Return what a comparison found beyond archiving, an empty text when it found nothing."""
    if isinstance(result, SuspiciousModification):
        return "" if any(words in str(result) for words in _CANNOT_COMPARE) else f"{result}"
    if isinstance(result, DiffResult) and result.modification_level <= ModificationLevel.LTA_UPDATES:
        return ""
    return "more than an archive time stamp"
