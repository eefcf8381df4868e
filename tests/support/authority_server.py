"""The local authority behind a real socket, and authorities that are slow, refuse, lie or answer too much."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from signing.keys.local_authority import LocalAuthority, Subject
from signing.one_time import public_key_info

_MOODS = {
    "down": (503, b""),
    "moved": (302, b""),
    "flood": (200, bytes(4 << 20)),
    "nonsense": (200, b"<html>sign in to the network</html>"),
}


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
        if self.mood == "certifier":
            return self._certify(body)
        if self.mood in _MOODS:
            return _MOODS[self.mood]
        if self.mood == "stubborn":  # the certificate of another key than it was asked about
            return 200, self.authority.root
        return 200, self.authority.time_stamp(body)

    def _certify(self, body: bytes) -> tuple[int, bytes]:
        """Answer a certificate request as a CA does: the certificate, or 400 for what is no request."""
        try:
            subject = Subject("One-time key", public_key_info(body))
        except ValueError:
            return 400, b""
        return 200, self.authority.issue(f"once-{self.asked}", subject)


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
