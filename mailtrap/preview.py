"""Messages in a browser: a server for this machine only, started when it is first needed.

Whoever does not know the address of a page gets nothing, nor does a page of the web that had its
name resolve to us (DNS rebinding).
"""

import secrets
import threading
from collections import OrderedDict
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = "127.0.0.1"
MOST = 16  # pages that can be loaded again; then the oldest is gone
TIMEOUT = 10.0  # seconds without an octet from a browser

Page = tuple[bytes, str]  # HTML in UTF-8, its Content-Security-Policy


class Preview:
    """Serves pages until it is closed."""

    def __init__(self) -> None:
        self._pages: OrderedDict[str, Page] = OrderedDict()
        self._server: ThreadingHTTPServer | None = None
        self._lock = threading.Lock()

    @property
    def port(self) -> int:
        """Where it listens; 0 before the first page."""
        return self._server.server_address[1] if self._server else 0

    def add(self, html: bytes, policy: str) -> str:
        """The URL of a page, in any thread.  Raises OSError where nobody may listen."""
        path = f"/{secrets.token_urlsafe(16)}/"  # 128 bits
        with self._lock:
            if self._server is None:
                self._server = self._started()
            self._pages[path] = (html, policy)
            while len(self._pages) > MOST:
                self._pages.popitem(last=False)
            return f"http://{HOST}:{self.port}{path}"

    def close(self) -> None:
        """Stop serving."""
        with self._lock:
            server, self._server = self._server, None
            self._pages.clear()
        if server is not None:
            server.shutdown()
            server.server_close()

    def _started(self) -> ThreadingHTTPServer:
        server = _Server((HOST, 0), partial(_Handler, self._pages))
        serve = partial(server.serve_forever, poll_interval=0.05)
        threading.Thread(target=serve, name="mailtrap-preview", daemon=True).start()
        return server


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a browser may keep a connection open

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that goes away is nothing to tell on the screen."""


class _Handler(BaseHTTPRequestHandler):
    server_version = "mailtrap"
    sys_version = ""
    timeout = TIMEOUT

    def __init__(self, pages: OrderedDict[str, Page], *arguments: object) -> None:
        self._pages = pages
        super().__init__(*arguments)  # type: ignore[arg-type]  # as socketserver calls it

    def do_GET(self) -> None:
        """Send the page, and what keeps it in its place."""
        page = self._page()
        if page is not None:
            self.wfile.write(page)

    def do_HEAD(self) -> None:
        """The same without the page."""
        self._page()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - as in the base
        """Say nothing: the terminal belongs to the screen."""

    def _page(self) -> bytes | None:
        """Send the header; the page, None where there is none for this client."""
        port = self.connection.getsockname()[1]
        hosts = (f"{HOST}:{port}", f"localhost:{port}")
        page = self._pages.get(self.path) if self.headers.get("Host") in hosts else None
        if page is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        html, policy = page
        self.send_response(HTTPStatus.OK)
        for name, value in _headers(html, policy).items():
            self.send_header(name, value)
        self.end_headers()
        return html


def _headers(html: bytes, policy: str) -> dict[str, str]:
    return {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": str(len(html)),
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-DNS-Prefetch-Control": "off",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
