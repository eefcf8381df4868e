"""What the embedded chain answers when it cannot do what was asked: JSON-RPC error objects, as geth words them.

Promises: a code, a short text, sometimes the data of a revert; never a path, a stack or a foreign library's words.
Leaves to others: the envelope (`rpc`). JSON-RPC 2.0 section 5.1; EIP-1474.
"""

from typing import Final

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
METHOD_NOT_FOUND: Final = -32601
INVALID_PARAMS: Final = -32602
INTERNAL_ERROR: Final = -32603
SERVER_ERROR: Final = -32000
LIMIT_EXCEEDED: Final = -32005
REVERTED: Final = 3


class RpcFault(Exception):  # it becomes an error object, not a failure of this program
    """One JSON-RPC error object."""

    def __init__(self, code: int, message: str, data: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data
