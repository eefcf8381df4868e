"""How large a request may be, decided before it is read into memory or onto disk."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem

FORM_OVERHEAD = 256 * 1024  # multipart boundaries, terms and signers beside the document itself


class BodyLimit:
    """ASGI middleware: a body longer than `most` bytes is answered 413, by its announced length or by counting it."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self._detail = f"the request is larger than the {most // 1024} KiB that this service accepts"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._announced(scope) > self._most:
            await self._refuse(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._most:
                raise HTTPException(413, self._detail)  # what reads the body lets this kind through, and no other
            return message

        await self._app(scope, counted, send)

    @staticmethod
    def _announced(scope: Scope) -> int:
        lengths = [value for name, value in scope["headers"] if name == b"content-length"]
        return int(lengths[0]) if lengths and lengths[0].isdigit() else 0

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        await problem(413, "body.too-large", self._detail, title="Too large")(scope, receive, send)
