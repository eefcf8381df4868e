"""The files of a log's tree in the object store: many at once, since each waits for the disk or the network.

Promises: `write_files` returns when all are durable; a file that is there already must have these very bytes. Leaves to
others: what the files are (`tree_growth`) and whether they are right (`recheck`).
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from ledger.services.log.tree import object_name
from ledger.services.log.tree_growth import ReadFile
from ledger.storage.objects import Objects

_AT_ONCE = 8  # measured: four hide a local disk's sync, eight a nearby S3's answer; more gain nothing


@dataclass(frozen=True)
class LogFiles:
    """The files of one log."""

    objects: Objects
    log_id: int
    # Kept: a sequencer writes a handful of files ten times a second, and starting threads for them costs more than the files.
    _pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_AT_ONCE, "tally-files"), compare=False
    )

    def read(self, path: str) -> bytes:
        """Return a stored file; raise NotFound("object.missing"), Unavailable."""
        return self.objects.get(object_name(self.log_id, path))

    def write(self, files: Mapping[str, bytes]) -> None:
        """Store files, create-only; raise Conflict("object.differs"), Unavailable. Some may be written when it raises."""
        writing = [self._pool.submit(self.objects.put, object_name(self.log_id, path), files[path]) for path in files]
        wait(writing)  # all of them, also when one fails: nothing is written behind the back of the next turn
        for done in writing:
            done.result()

    def reread(self, paths: Iterable[str]) -> ReadFile:
        """Fetch files at once and return a reader that has them and reads any other when asked."""
        asked = list(paths)
        fetched = dict(zip(asked, self._pool.map(self.read, asked), strict=True))
        return lambda path: fetched[path] if path in fetched else self.read(path)
