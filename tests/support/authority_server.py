"""The local authority behind a real socket, and authorities that are slow, refuse, lie or answer too much."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from signing.keys.local_authority import LocalAuthority


@dataclass
class AuthorityServer:
    """What it answers is decided by `mood`, which a test changes while it runs."""

    authority: LocalAuthority
    mood: str = "honest"
    port: int = 0
    asked: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/tsa"

    def answer(self, body: bytes) -> tuple[int, bytes]:
        """Return status and body."""
        self.asked += 1
        if self.mood == "slow":
            self.released.wait(10)
        if self.mood == "down":
            return 503, b""
        if self.mood == "moved":
            return 302, b""
        if self.mood == "flood":
            return 200, bytes(4 << 20)
        if self.mood == "nonsense":
            return 200, b"<html>sign in to the network</html>"
        return 200, self.authority.time_stamp(body)


@contextmanager
def serving(server: AuthorityServer) -> Iterator[AuthorityServer]:
    """Serve until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, answer = server.answer(body)
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
            del format, args

        def handle(self) -> None:
            try:
                super().handle()
            except (BrokenPipeError, ConnectionResetError):
                return  # the client would not read it all: that is the test

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.daemon_threads = True
    server.port = listener.server_address[1]
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        listener.shutdown()
        listener.server_close()
        thread.join()
