"""How soon a viewer shows what another process takes, what that costs, how much it can open.

Run by hand: ``python -m tests.bench.attached [latency|idle|open]``.  Processes, files and screen
are real, except that for the latency the screen is painted into memory.
"""

import asyncio
import fcntl
import json
import os
import pty
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailtrap import tui
from mailtrap.envelope import Envelope, read_path
from mailtrap.message import Message
from mailtrap.session import Command, Peer, Reply, Session
from mailtrap.stores.attached import AttachedMaildir
from mailtrap.stores.files import prepare
from mailtrap.stores.filing import Circumstances, encode_sidecar, unique_name
from mailtrap.stores.log_lines import log_of
from mailtrap.tui.app import MailtrapApp
from mailtrap.tui.endpoints import Endpoints
from mailtrap.tui.following import Arrived

CLIENT = """
import smtplib, sys, time, json
port, rate, count = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
heard = {}
begun = time.monotonic()
data = b"From: Ann <ann@example.org>\\r\\nSubject: bench\\r\\n\\r\\n" + b"x" * 60 + b"\\r\\n"
smtp = smtplib.SMTP("127.0.0.1", port)
smtp.ehlo()
for number in range(count):
    due = begun + number / rate
    while (rest := due - time.monotonic()) > 0:
        time.sleep(rest)
    if number and number % 10 == 0:
        smtp.quit()
        smtp = smtplib.SMTP("127.0.0.1", port)
        smtp.ehlo()
    smtp.mail("ann@example.org")
    smtp.rcpt("bob@example.org")
    _, text = smtp.data(data)
    heard[text.decode().split()[-1]] = time.monotonic()
smtp.quit()
json.dump([heard, time.monotonic() - begun], sys.stdout)
"""


@contextmanager
def serving(directory: Path) -> Iterator[int]:
    """``mailtrap serve`` into that maildir; its port."""
    command = [sys.executable, "-m", "mailtrap", "serve", "--json", "--level", "none", "--port"]
    with subprocess.Popen(
        [*command, "0", "--maildir", str(directory)], stdout=subprocess.PIPE
    ) as server:
        assert server.stdout is not None
        ready = json.loads(server.stdout.readline())
        drain = subprocess.Popen(["cat"], stdin=server.stdout, stdout=subprocess.DEVNULL)
        try:
            yield ready["listeners"][0]["port"]
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()
            drain.wait()


class Timed(MailtrapApp):
    """Knows when the row of each message was painted."""

    CSS_PATH = str(Path(tui.__file__).parent / "app.tcss")

    def __init__(self, maildir: AttachedMaildir) -> None:
        super().__init__(maildir, Endpoints(maildir=maildir.path))
        self.listed: dict[str, float] = {}
        self.painted: dict[str, float] = {}

    def on_arrived(self, event: Arrived) -> None:
        super().on_arrived(event)
        new = [subject for what, subject in event.notes if what.name == "RECEIVED"]
        self._stamp(self.listed, new)
        self.call_after_refresh(self._stamp, self.painted, new)

    def _stamp(self, times: dict[str, float], new: list[str]) -> None:
        now = time.monotonic()
        times.update((each, now) for each in new)


async def follow(directory: Path, port: int, rate: float, count: int) -> None:
    maildir = AttachedMaildir(directory)
    maildir.start()
    app = Timed(maildir)
    async with app.run_test(size=(120, 40)):
        while not maildir._following._attention.hears:  # noqa: ASYNC110 no event tells of it
            await asyncio.sleep(0.01)
        before = time.process_time()
        client = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CLIENT, str(port), str(rate), str(count), stdout=subprocess.PIPE
        )
        out, _ = await client.communicate()
        heard, took = json.loads(out)
        async with asyncio.timeout(10):
            while len(app.painted) < len(heard):  # noqa: ASYNC110 as above
                await asyncio.sleep(0.01)
        cpu = (time.process_time() - before) / took
    maildir.stop()
    print(
        f"  {rate:g}/s (reached {count / took:.0f}/s): {spread(app.listed, heard)} in the list,"
        f" {spread(app.painted, heard)} painted; viewer {cpu:.0%} of a core"
    )


def spread(times: dict[str, float], heard: dict[str, float]) -> str:
    late = sorted((times[each] - at) * 1000 for each, at in heard.items())
    most = late[int(len(late) * 0.95)]
    return f"p50 {statistics.median(late):.0f} p95 {most:.0f} ms"


def latency() -> None:
    print("from the client's 250 to the painted row in an attached viewer")
    for rate, count in ((5, 50), (100, 600), (500, 3000)):
        with tempfile.TemporaryDirectory() as name, serving(Path(name) / "mail") as port:
            asyncio.run(follow(Path(name) / "mail", port, rate, count))


def idle() -> None:
    with tempfile.TemporaryDirectory() as name, serving(Path(name) / "mail"):
        maildir = AttachedMaildir(Path(name) / "mail")
        maildir.start()
        time.sleep(3)
        before = time.process_time()
        time.sleep(10)
        print(f"an idle maildir, attached: {(time.process_time() - before) / 10:.2%} of a core")
        maildir.stop()
        with viewing(Path(name) / "mail") as (process, screen):
            screen.until(b"Waiting")
            time.sleep(3)
            before = cpu_of(process)
            time.sleep(10)
            print(f"an idle screen: {(cpu_of(process) - before) / 10:.2%} of a core")


def fill(directory: Path, messages: int, sessions: int) -> None:
    """A maildir as a server leaves it."""
    prepare(directory)
    envelope = Envelope(
        read_path(b"FROM:<ann@example.org>", b"FROM"), (read_path(b"TO:<bob@example.org>", b"TO"),)
    )
    begun = datetime(2026, 3, 2, 12, tzinfo=UTC)
    client, server = Peer("127.0.0.1", 50000), Peer("127.0.0.1", 1025)
    for number in range(messages):
        at = begun + timedelta(seconds=number)
        data = b"From: Ann <ann@example.org>\r\nSubject: message %d\r\n\r\nhello\r\n" % number
        message = Message(f"bench2-{number}-1", f"bench2-{number}", envelope, data, at)
        (directory / "new" / unique_name(message)).write_bytes(data)
        sidecar = encode_sidecar(message, Circumstances(client))
        (directory / "mailtrap/messages" / f"{message.id}.json").write_bytes(sidecar)
        if number >= messages - sessions:
            transcript = (
                Reply(at, b"220 mailtrap.localhost ESMTP mailtrap\r\n"),
                Command(at, b"EHLO app.example.org\r\n"),
                Reply(at, b"250-mailtrap.localhost\r\n250 PIPELINING\r\n"),
                *(Command(at, b"NOOP\r\n", 22 + 6 * n) for n in range(8)),
                Command(at, b"QUIT\r\n", 70),
            )
            log = log_of(Session(message.session, client, server, at, at, "quit", transcript))
            (directory / "mailtrap/sessions" / f"{message.session}.jsonl").write_bytes(log)


class Screen:
    """What a process paints on its terminal."""

    def __init__(self, file: int) -> None:
        self._file = file
        self.seen = b""

    def until(self, shown: bytes, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while shown not in self.seen:
            ready, _, _ = select.select([self._file], [], [], deadline - time.monotonic())
            assert ready, self.seen[-2000:]
            self.seen += os.read(self._file, 65536)

    def drain(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while (rest := deadline - time.monotonic()) > 0:
            if select.select([self._file], [], [], rest)[0]:
                os.read(self._file, 65536)


@contextmanager
def viewing(directory: Path) -> Iterator[tuple[int, Screen]]:
    process, file = pty.fork()
    if process == 0:
        os.environ.update(TERM="xterm-256color", COLUMNS="120", LINES="40")
        os.execv(sys.executable, [sys.executable, "-m", "mailtrap", "view", str(directory)])
    fcntl.ioctl(file, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    try:
        yield process, Screen(file)
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        os.close(file)


def cpu_of(process: int) -> float:
    words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def memory_of(process: int) -> str:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return ", ".join(" ".join(x.split()) for x in lines if x.startswith(("VmHWM", "VmRSS")))


def large(messages: int = 100_000, sessions: int = 20_000) -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name) / "mail"
        fill(directory, messages, sessions)
        for _ in range(3):
            begun = time.monotonic()
            with viewing(directory) as (process, screen):
                screen.until(b"message 99999")
                first = time.monotonic() - begun
                first_memory = memory_of(process)
                screen.drain(20)
                used = cpu_of(process)
                print(
                    f"{messages:,} messages, {sessions:,} logs: first rows after {first:.2f} s"
                    f" ({first_memory}); 20 s later {memory_of(process)}, {used:.1f} s of CPU"
                )


if __name__ == "__main__":
    if "TEXTUAL_FPS" not in os.environ:  # textual was imported already, and run() sets it
        os.environ["TEXTUAL_FPS"] = tui.FRAMES
        os.execv(sys.executable, [sys.executable, "-m", "tests.bench.attached", *sys.argv[1:]])
    chosen = sys.argv[1:] or ["latency", "idle", "open"]
    for each in chosen:
        {"latency": latency, "idle": idle, "open": large}[each]()
