"""What a task of the PDF process uses, in the process of the test: work beside it is done when its answer is asked for."""

import asyncio
from dataclasses import dataclass

from signing.pdf.child.companion import Companion, Means, Work


@dataclass
class _Later:
    work: Work
    told: bytes = b""

    def tell(self, message: bytes) -> None:
        self.told = message

    def answer(self) -> bytes:
        return self.work(lambda: self.told)


def _begin(work: Work) -> Companion:
    return _Later(work)


IN_TURN = Means(asyncio.run, _begin)
