"""HTML that makes a browser ask other servers in every way there is, and a server that listens."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# Each asks for a path of its own; %AT% stands for the server.
REFERENCES = {
    "img": '<img src="%AT%">',
    "srcset": '<img srcset="%AT% 1x, %AT% 2x">',
    "picture": '<picture><source srcset="%AT%"><img alt="a picture"></picture>',
    "input": '<input type="image" src="%AT%">',
    "background-of-table": '<table background="%AT%"><tr><td>x</td></tr></table>',
    "background-of-cell": '<table><tr><td background="%AT%">x</td></tr></table>',
    "style": '<p style="background: url(%AT%)">x</p>',
    "style-escaped": r'<p style="background: \75\72\6c(%AT%)">x</p>',
    "style-element": "<style>#a { background: url(%AT%) }</style><p id=a>x</p>",
    "import": '<style>@import "%AT%";</style>',
    "import-url": "<style>@import url(%AT%);</style>",
    "font": "<style>@font-face { font-family: f; src: url(%AT%) } #f { font-family: f }</style>"
    "<p id=f>x</p>",
    "list": '<ul style="list-style-image: url(%AT%)"><li>x</ul>',
    "content": "<style>#c::before { content: url(%AT%) }</style><p id=c>x</p>",
    "border": '<p style="border: 9px solid; border-image: url(%AT%) 9">x</p>',
    "mask": '<p style="mask-image: url(%AT%)">x</p>',
    "stylesheet": '<link rel="stylesheet" href="%AT%">',
    "stylesheet-upper": '<LINK\nREL=stylesheet HREF="%AT%">',
    "icon": '<link rel="icon" href="%AT%">',
    "preload": '<link rel="preload" as="image" href="%AT%">',
    "prefetch": '<link rel="prefetch" href="%AT%">',
    "modulepreload": '<link rel="modulepreload" href="%AT%">',
    "preconnect": '<link rel="preconnect" href="%AT%">',
    "nested-tag": '<li<link rel="stylesheet" href="%AT%">nk rel="stylesheet" href="%AT%">',
    "iframe": '<iframe src="%AT%"></iframe>',
    "srcdoc": '<iframe srcdoc="&lt;img src=%AT%&gt;"></iframe>',
    "video": '<video src="%AT%" autoplay muted></video>',
    "poster": '<video poster="%AT%"></video>',
    "audio": '<audio src="%AT%" preload="auto"></audio>',
    "object": '<object data="%AT%"></object>',
    "embed": '<embed src="%AT%">',
    "svg-image": '<svg><image href="%AT%"/></svg>',
    "script": '<script src="%AT%"></script>',
    "script-inline": "<script>new Image().src = '%AT%'</script>",
    "handler": """<img src="data:," onerror="new Image().src = '%AT%'">""",
    "beacon": "<script>navigator.sendBeacon('%AT%')</script>",
    "base": '<base href="%AT%/base/"><img src="relative.png">',
    "form": '<form action="%AT%" target="elsewhere" id="form"></form>'
    '<iframe name="elsewhere"></iframe><script>document.forms.form.submit()</script>',
    "refresh": '<meta http-equiv="refresh" content="1;url=%AT%">',
}


class Listener:
    """Takes connections, and keeps what was asked of it."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.asked: set[str] = set()  # the kinds of reference
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def html(self, *kinds: str) -> str:
        """HTML with references to here, all kinds of them unless some are named."""
        return "\n".join(
            markup.replace("%AT%", f"http://127.0.0.1:{self.port}/{kind}")
            for kind, markup in REFERENCES.items()
            if not kinds or kind in kinds
        )

    def close(self) -> None:
        """Take no more."""
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(10)
            try:
                words = connection.recv(65536).split()
                connection.sendall(b"HTTP/1.0 204 No Content\r\n\r\n")
            except OSError:
                return
            if len(words) > 1:
                self.asked.add(words[1].decode().split("/")[1])


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener for the length of a block."""
    listener = Listener()
    try:
        yield listener
    finally:
        listener.close()
