"""Where the HTTP processes of `tally up` ask the embedded chain, which one process owns: read-only JSON-RPC on loopback.

Promises: what it answers is what `/rpc` answers to anybody, and no more. Leaves limits on strangers to `/rpc`.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_MOST_BYTES = 1024 * 1024  # the chain itself takes less; this bounds what is read before it is asked


@contextmanager
def chain_door(answer: Callable[[bytes], bytes]) -> Iterator[str]:
    """Answer POSTs on a free port of loopback by `answer`; yield the URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # connections are kept

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdigit() or int(length) > _MOST_BYTES:
                self.send_error(413)
                return
            body = answer(self.rfile.read(int(length)))
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: what was asked is nobody's business."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="tally-chain-door", daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
