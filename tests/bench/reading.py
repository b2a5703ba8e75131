"""How fast mail is read, and whether it stays so: ``python -m tests.bench.reading [screen]``.

Each case at one size and at the double: a ratio near 2 is time like the size.  ``screen``: how
long keys take on a real terminal with a message of ten megabytes, from the key to what it paints.
"""

import base64
import fcntl
import os
import pty
import select
import signal
import smtplib
import socket
import statistics
import struct
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mailtrap.content import Content
from mailtrap.hypertext import Hypertext

MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"


def plain_text(times: int) -> float:
    """Seconds for one long text."""
    return read(b"Subject: x\r\n\r\n" + b"Some words of a usual text.\r\n" * (350_000 * times))


def base64_attachments(times: int) -> float:
    """Attachments; their defects are looked for, their octets are not decoded."""
    encoded = base64.encodebytes(bytes(range(256)) * 4000).replace(b"\n", b"\r\n")
    head = b"Content-Type: image/png; name=x.png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return read(MIXED + (b"--b\r\n" + head + encoded) * (10 * times) + b"--b--\r\n")


def small_parts(times: int) -> float:
    """Ten thousand parts at the larger size."""
    return read(MIXED + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * (4999 * times))


def usual_html(times: int) -> float:
    """Paragraphs, links, and a small table."""
    paragraph = "<p>Some words, <b>bold</b> and <a href='https://example.org/'>a link</a>.</p>"
    return read_html((paragraph + "<table><tr><td>a<td>b</table>") * (1000 * times))


def nested_tables(times: int) -> float:
    """Tables that never end."""
    return read_html("<table><tr><td>a<td>b" * (2000 * times))


def read(data: bytes) -> float:
    """Seconds for all there is to know of mail data."""
    begun = time.perf_counter()
    content = Content(data)
    _ = content.parts, content.defects, content.limits, content.text, content.attachments
    return report(len(data), time.perf_counter() - begun)


def read_html(html: str) -> float:
    """Seconds for the lines of HTML."""
    begun = time.perf_counter()
    Hypertext(html).lines(80)
    return report(len(html), time.perf_counter() - begun)


def report(size: int, seconds: float) -> float:
    """Print one measurement."""
    print(f"    {size / 1e6:6.1f} MB {seconds * 1000:8.0f} ms {size / 1e6 / seconds:8.2f} MB/s")
    return seconds


CASES: tuple[Callable[[int], float], ...] = (
    plain_text,
    base64_attachments,
    small_parts,
    usual_html,
    nested_tables,
)


class Terminal:
    """A terminal in which mailtrap runs, and what it paints."""

    def __init__(self, file: int) -> None:
        self._file = file

    def until(self, shown: bytes) -> None:
        """Read until that is painted."""
        painted = b""
        while shown not in painted:
            ready, _, _ = select.select([self._file], [], [], 30)
            assert ready, f"{shown!r} was not painted"
            painted = painted[-len(shown) :] + os.read(self._file, 65536)

    def quiet(self, seconds: float = 0.3) -> None:
        """Read until nothing more is painted."""
        while select.select([self._file], [], [], seconds)[0]:
            os.read(self._file, 65536)

    def press(self, key: bytes, shown: bytes = b"") -> float:
        """Milliseconds from a key to that text, or to whatever it paints first."""
        begun = time.perf_counter()
        os.write(self._file, key)
        self.until(shown)
        if not shown:
            select.select([self._file], [], [], 30)
        passed = time.perf_counter() - begun
        self.quiet()
        return passed * 1000


@contextmanager
def mailtrap(port: int) -> Iterator[Terminal]:
    """The screen, 120 columns and 40 rows."""
    process, file = pty.fork()
    if not process:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
        os.execv(sys.executable, [sys.executable, "-m", "mailtrap", "--port", str(port)])
    fcntl.ioctl(file, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    terminal = Terminal(file)
    try:
        terminal.until(b"Waiting for mail")
        terminal.quiet()
        yield terminal
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def large(kind: str) -> bytes:
    """A message of ten megabytes, nearly all of it that."""
    page = b"<p>Hello <a href='https://example.org'>HTML-Page</a></p>" * 2000
    bodies = {
        "text": b"Content-Type: text/plain\r\n\r\n" + b"Some words of a text.\r\n" * 450_000,
        "html": b"Content-Type: text/html\r\n\r\n" + page * 90,
        "attachment": b"Content-Type: application/x\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(bytes(7_400_000)).replace(b"\n", b"\r\n"),
    }
    if kind == "text":
        return b"Subject: big\r\n" + bodies["text"]
    small = b"Content-Type: text/html\r\n\r\n" + page[:560]
    first = small if kind == "attachment" else b"Content-Type: text/plain\r\n\r\nx"
    parts = b"".join(b"--b\r\n" + each + b"\r\n" for each in (first, bodies[kind]))
    return b"Subject: big\r\n" + MIXED + parts + b"--b--\r\n"


TABS = {"text": "RtHP", "html": "RxHP", "attachment": "RxHPv"}
LONG = {"text": "Rt", "html": "Rx", "attachment": "R"}  # those with many pages


def on_screen() -> None:
    """Keys with messages of ten megabytes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with mailtrap(port) as terminal:
        for kind in ("text", "html", "attachment"):
            with smtplib.SMTP("127.0.0.1", port) as smtp:
                smtp.sendmail("a@example.org", ["b@example.org"], large(kind))
                smtp.sendmail("a@example.org", ["b@example.org"], b"Subject: s\r\n\r\nshort\r\n")
            terminal.quiet(3)
            terminal.press(b"t")
            print(kind)
            print(f"    opened, first paint  {terminal.press(b'j', b'big'):6.0f} ms")
            terminal.press(b"\r")
            for tab in TABS[kind]:
                print(f"    tab {tab} {terminal.press(tab.encode()):15.0f} ms to its first paint")
                terminal.quiet(2)
            for tab in LONG[kind]:
                terminal.press(tab.encode())
                terminal.quiet(2)
                times = sorted(terminal.press(b"\x1b[6~") for _ in range(30))
                middle, late = statistics.median(times), times[int(len(times) * 0.95)]
                print(f"    PgDn in {tab}: p50 {middle:.0f} ms, p95 {late:.0f} ms")
            terminal.press(b"R")
            terminal.press(b"/")
            times = [terminal.press(key) for key in (b"z", b"q", b"9")]
            print(f"    letters of a search  {max(times):6.0f} ms at most")
            terminal.quiet(5)
            for key in (b"\x1b", b"\x1b", b"g"):
                terminal.press(key)


def main() -> None:
    """Run every case."""
    if sys.argv[1:] == ["screen"]:
        on_screen()
        return
    for case in CASES:
        print(case.__name__.replace("_", " "))
        once, twice = case(1), case(2)
        print(f"    ratio {twice / once:.1f}")


if __name__ == "__main__":
    main()
