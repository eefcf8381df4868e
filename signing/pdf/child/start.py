"""The first module of the warm process: leaves out what a library would load for work that is never asked of it.

Promises: no HTTP client in a process that reads hostile files and has no network. pyHanko imports aiohttp to describe time stampers
and fetchers of its own; we use none of them, so it finds the names of classes and nothing behind them.
Leaves to others: everything else (main).
"""

import sys
from importlib import import_module
from types import ModuleType

LEFT_OUT = "aiohttp"


class Absent(ModuleType):
    """A module whose every public name is an empty class."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


def main() -> None:  # pragma: no cover - lives in the warm process only
    sys.modules[LEFT_OUT] = Absent(LEFT_OUT)
    import_module("signing.pdf.child.main").main()
