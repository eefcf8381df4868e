"""A progress bar on standard error for long work, only where a person is looking.

Promises: nothing is shown and nothing is loaded when standard error is no terminal, or the work is short.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

Advance: TypeAlias = Callable[[int], None]


@contextmanager
def progress(label: str, total: int | None, *, unit: str = "", shown: bool = True) -> Iterator[Advance]:
    """Yield a function that is told how much more is done; `total` None means that nobody knows how long it takes.

    `unit` "bytes" shows sizes and speed; `shown` False shows nothing.
    """
    if not shown or not sys.stderr.isatty():
        yield _nothing
        return
    from rich import progress as bars  # noqa: PLC0415  # a tenth of a second, only where a bar is shown
    from rich.console import Console  # noqa: PLC0415  # the same

    amount = bars.DownloadColumn() if unit == "bytes" else bars.MofNCompleteColumn()
    columns = (bars.TextColumn("{task.description}"), bars.BarColumn(), amount, bars.TimeRemainingColumn())
    with bars.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda step: bar.advance(task, step)


def _nothing(_step: int) -> None:
    """Take no notice: nobody is looking."""
