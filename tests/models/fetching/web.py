"""A web server on this machine, in place of the hub and of release pages: it cuts, holds, and lies when told to."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.patience import PATIENCE


@dataclass
class Page:
    """What is to be had at one path."""

    body: bytes
    cuts: deque[int] = field(default_factory=deque)
    """At each of these bytes of the body the connection is closed, one an answer."""
    holds_at: int | None = None
    """The byte before which the next answer stands still until `go` is set."""
    ranges: bool = True
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)


class Web:
    """The server.

    Args:
        pages: by their paths.
    """

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.asked: list[tuple[str, str]] = []
        """Path and Range (empty for all) of every request."""
        self.reached, self.go = threading.Event(), threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def ranges_of(self, path: str) -> list[str]:
        """Which Ranges of a page were asked for, in order."""
        return [span for asked, span in self.asked if asked == path]

    def hold(self, path: str, byte: int) -> None:
        """Let the next answer stand still before a byte: `reached` says that it does, `go` lets it go on."""
        self.reached.clear()
        self.go.clear()
        self.pages[path].holds_at = byte

    @contextmanager
    def serving(self) -> Iterator[Web]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield self
        finally:
            self.go.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join()


def _handler(web: Web) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            span = self.headers.get("Range", "")
            web.asked.append((self.path, span))
            self.close_connection = True
            page = web.pages.get(self.path)
            if page is None:
                self.send_error(404)
                return
            start = int(span.removeprefix("bytes=").rstrip("-") or 0) if page.ranges else 0
            if span and start >= len(page.body) and page.ranges:
                self.send_error(416)
                return
            self.send_response(page.status or (206 if start else 200))
            headers = {"Content-Length": str(len(page.body) - start), "Content-Type": "application/octet-stream"}
            if start:
                headers["Content-Range"] = f"bytes {start}-{len(page.body) - 1}/{len(page.body)}"
            for name, value in (headers | page.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self._send(page, start)

        def _send(self, page: Page, start: int) -> None:
            end = page.cuts.popleft() if page.cuts else len(page.body)
            try:
                if page.holds_at is not None:
                    held, page.holds_at = page.holds_at, None
                    self.wfile.write(page.body[start:held])
                    self.wfile.flush()
                    web.reached.set()
                    web.go.wait(PATIENCE)
                    start = max(start, held)
                self.wfile.write(page.body[start:end])
            except OSError:
                pass  # whoever asked has gone

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library has it
            pass

    return Handler
