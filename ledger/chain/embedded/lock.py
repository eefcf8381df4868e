"""One process per chain folder, enforced by the kernel.

Promises: the lock ends with its process, however that ends; a second owner is told who holds it.
Leaves to others: what is in the folder.
"""

import fcntl
import os
from pathlib import Path

from ledger.errors import Conflict

_MAX_PID_BYTES = 20  # a decimal process id; anything longer in the file is not ours


class FolderLock:
    """An exclusive lock, held from construction until `release`."""

    def __init__(self, folder: Path) -> None:
        self._descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise self._already_open() from error
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        """Let the next owner in; a second call does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _already_open(self) -> Conflict:
        pid = os.pread(self._descriptor, _MAX_PID_BYTES, 0).decode("ascii", "replace")
        self.release()
        holder = f"process {pid}" if pid.isdigit() else "another process"
        return Conflict(
            "chain.already-open",
            f"expected to be the only owner of the embedded chain, but {holder} has it open. "
            "Stop that process, or reach the chain through its /rpc address instead.",
        )
