"""A whole EVM chain in this process, kept in one folder: the default chain of an installation (DESIGN section 4).

Promises: real blocks, headers, receipts and Merkle-Patricia proofs by py-evm; random chain id; survives kill -9.
Leaves to others: independence. One party runs it, so every receipt made on it says "self-operated".
Importing this package loads py-evm (a second, some 40 MB): only `api.wiring` does, and only for the embedded setting.
"""

import sys

# py-evm raises the interpreter's recursion limit to 100,000 when it is imported, for the whole process. With that, 100 kB
# of "[" in any JSON body overflows the C stack and kills the process instead of raising RecursionError.
_limit = sys.getrecursionlimit()
from ledger.chain.embedded.chain import EmbeddedChain  # noqa: E402  # the limit must be read before py-evm is loaded

sys.setrecursionlimit(_limit)

__all__ = ["EmbeddedChain"]
