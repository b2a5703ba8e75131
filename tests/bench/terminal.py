"""How fast keys are on a real terminal while mail comes: ``python -m tests.bench.terminal [N]``.

A listener in the process that paints, N messages there already (10 000 and 100 000 by default),
and a client that brings 500 more a second meanwhile: from a key to what it paints first, from the
250 of a message to its row, from a key to the text of 10 MB, and from 250 to 250 while the
terminal stops reading.
"""

import fcntl
import itertools
import os
import pty
import re
import select
import signal
import smtplib
import socket
import statistics
import struct
import sys
import termios
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

RATE = 500  # messages a second
BIG = 5  # messages of 10 MB
STALL = 5.0  # seconds in which the terminal does not read
FILTER = b"number 7"


def screen(count: int, port: int) -> None:
    """In a process of its own: so many messages, then the screen and a listener."""
    from mailtrap import tui
    from mailtrap.envelope import Envelope
    from mailtrap.session import Peer
    from mailtrap.smtp.listen import bind
    from mailtrap.smtp.server import Server, ServerThread
    from mailtrap.stores.memory import MemoryStore
    from mailtrap.terms import Terms
    from mailtrap.trap import Trap

    trap = Trap(MemoryStore(max_messages=count + 100_000), max_sessions=1000)
    noon = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    session = trap.open(Peer("127.0.0.1", 50000), Peer("127.0.0.1", port), noon)
    for number in range(count):
        trap.deliver(session, Envelope(), letter(number), noon + timedelta(seconds=number))
        if number >= count - BIG:
            trap.deliver(session, Envelope(), big(number), noon + timedelta(seconds=number))
    trap.close(session, "quit", noon)
    server = Server(trap, bind(["127.0.0.1"], port), Terms())
    thread = ServerThread(server)
    thread.start()
    tui.run(trap, server.addresses)
    os._exit(0)


def letter(number: int, what: bytes = b"number") -> bytes:
    """A small message; one of ten matches the first filter."""
    sender = b"shop@example.org" if number % 10 else b"noreply@example.org"
    return b"From: <%b>\r\nSubject: %b %d of many\r\n\r\nHello.\r\n" % (sender, what, number)


def big(number: int) -> bytes:
    """10 MB of text that begins with words no other message has."""
    line = b"All work and no play makes a dull message, again and again and again.\r\n"
    text = b"Beginning of %d.\r\n" % number + line * (10_000_000 // len(line))
    return b"From: <big@example.org>\r\nSubject: all work\r\n\r\n" + text


class Sending:
    """Brings messages at a rate until it is told to stop."""

    def __init__(self, port: int, rate: float = RATE) -> None:
        self.sent = 0
        self.heard: list[float] = []  # when each was accepted
        self._port = port
        self._rate = rate
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._began = time.monotonic()
        self._thread.start()

    def _run(self) -> None:
        with smtplib.SMTP("127.0.0.1", self._port) as smtp:
            while not self._stop.is_set():
                due = int((time.monotonic() - self._began) * self._rate)
                while self.sent < due and not self._stop.is_set():
                    smtp.sendmail("a@example.org", ["b@example.org"], letter(self.sent, b"new"))
                    self.heard.append(time.perf_counter())
                    self.sent += 1
                time.sleep(0.002)

    def stop(self) -> float:
        """Messages a second that were taken."""
        self._stop.set()
        self._thread.join()
        return self.sent / (time.monotonic() - self._began)


class Terminal:
    """A terminal, and how long keys take in it."""

    def __init__(self, file: int) -> None:
        self._file = file

    def drain(self, seconds: float) -> bytes:
        """What is painted in so many seconds."""
        painted, end = b"", time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self._file], [], [], left)[0]:
                painted += os.read(self._file, 65536)
        return painted

    def until(self, text: bytes, seconds: float = 0.05) -> None:
        """Until that is painted; looked for so often."""
        painted, end = b"", time.monotonic() + 120
        while text not in painted:
            assert time.monotonic() < end, painted[-2000:]
            painted = painted[-4096:] + self.drain(seconds)

    def rows(self, sending: Sending, seconds: float) -> list[float]:
        """Milliseconds from the 250 of a message until its row, or that of one after it, shows."""
        shown, painted, end = -1, b"", time.monotonic() + seconds
        waits: list[float] = []
        while time.monotonic() < end:
            if not select.select([self._file], [], [], 0.1)[0]:
                continue
            painted = painted[-100:] + os.read(self._file, 65536)
            now = time.perf_counter()
            numbers = [int(each) for each in re.findall(rb"new (\d+) of", painted)]
            latest = min(max(numbers, default=-1), len(sending.heard) - 1)
            waits += [(now - heard) * 1000 for heard in sending.heard[shown + 1 : latest + 1]]
            shown = max(shown, latest)
        return waits

    def opened(self, number: int) -> float:
        """Milliseconds from a key until the text of that big message is painted."""
        self.key(b"j")  # a small one is between it and the next
        self.drain(0.5)
        begun = time.perf_counter()
        os.write(self._file, b"j")
        self.until(b"Beginning of %d" % number, 0.001)
        return (time.perf_counter() - begun) * 1000

    def key(self, key: bytes) -> float:
        """Milliseconds from a key until something is painted."""
        while select.select([self._file], [], [], 0.0)[0]:
            os.read(self._file, 65536)
        begun = time.perf_counter()
        os.write(self._file, key)
        select.select([self._file], [], [], 30)
        passed = time.perf_counter() - begun
        self.drain(0.07)
        return passed * 1000


@contextmanager
def running(count: int, port: int) -> Iterator[Terminal]:
    """The screen, 120 columns and 40 rows."""
    process, file = pty.fork()
    if not process:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
        module = [sys.executable, "-m", "tests.bench.terminal", "screen", str(count), str(port)]
        os.execv(sys.executable, module)
    fcntl.ioctl(file, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    try:
        terminal = Terminal(file)
        terminal.until(b"Sessions")
        yield terminal
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def told(what: str, times: Sequence[float]) -> None:
    """Print one measurement."""
    ordered = sorted(times)
    late = ordered[int(len(ordered) * 0.95)]
    print(f"    {what:<34} p50 {statistics.median(ordered):5.0f}  p95 {late:5.0f}", end="")
    print(f"  max {ordered[-1]:5.0f} ms")


def measure(count: int) -> None:
    """One list of that length, at rest and while mail comes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with running(count, port) as terminal:
        print(f"{count:,} messages")
        for rate in (5, 50, RATE):
            sending = Sending(port, rate)
            told(f"rows at {rate} messages/s", terminal.rows(sending, 8))
            sending.stop()
    with running(count, port) as terminal:
        terminal.drain(5)
        terminal.key(b"g")
        times = [terminal.opened(count - number) for number in range(2, BIG + 1)]
        told("10 MB opened", times)
    with running(count, port) as terminal:
        begun = time.monotonic()
        terminal.drain(12)
        told(f"keys at rest, {time.monotonic() - begun:.0f} s after start", moves(terminal, 60))
        told("letters of a filter, at rest", letters(terminal))
        sending = Sending(port)
        told(f"keys at {RATE} messages/s", moves(terminal, 100))
        told(f"letters of a filter at {RATE}/s", letters(terminal))
        heard = len(sending.heard)
        time.sleep(STALL)
        gaps = [after - before for before, after in itertools.pairwise(sending.heard[heard:])]
        print(f"    longest wait for a 250 while the terminal stalls {max(gaps) * 1000:.0f} ms")
        print(f"    {sending.stop():.0f} messages a second were taken")


def moves(terminal: Terminal, times: int) -> list[float]:
    """Down and up the list."""
    return [terminal.key(b"k" if number % 3 == 2 else b"j") for number in range(times)]


def letters(terminal: Terminal) -> list[float]:
    """A filter typed and given up, four times."""
    times = []
    for _ in range(4):
        terminal.key(b"/")
        times += [terminal.key(bytes([each])) for each in FILTER]
        terminal.key(b"\x1b")
        terminal.drain(0.3)
    return times


def main() -> None:
    """Measure, or be what is measured."""
    if sys.argv[1:2] == ["screen"]:
        screen(int(sys.argv[2]), int(sys.argv[3]))
        return
    for count in map(int, sys.argv[1:] or ("10000", "100000")):
        measure(count)


if __name__ == "__main__":
    main()
