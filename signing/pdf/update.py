"""The updates in which a seal, its evidence and its time stamps are added to a PDF.

Promises: nothing but what is added: title, dates and metadata stay as they are, to the byte. pyHanko would write them anew in every
update, also in those that it makes by itself, and a text in an odd encoding would then be another one: so its writer is told not to.
"""

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter


def _leave_metadata_alone(_writer: IncrementalPdfFileWriter) -> None:
    """Do what the library does when it enters its name and the time: nothing."""


setattr(IncrementalPdfFileWriter, "_update_meta", _leave_metadata_alone)  # noqa: B010 - the library has no setting for it

Update = IncrementalPdfFileWriter
