"""Messages per second against bare aiosmtpd, in one run: ``python tests/bench/throughput.py``.

Needs smtp-source (of Postfix).  The servers take turns of a moment, and only one of them runs at
a time, so that a machine that gets slower slows all of them; what counts are the ratios of each
round, and their median.  Where the system tells, the processor time of the server is given too:
what else runs on the machine changes that less.  Ten rounds take three minutes.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

Case = tuple[str, int, int, int, bool]
Measurements = dict[tuple[str, str], list[float]]  # one a round, by case and server
CASES: tuple[
    Case, ...
] = (  # name, octets of a message, messages, parallel sessions, one connection for all
    ("5 kB, new connection each", 5_000, 2000, 4, False),
    ("5 kB, connection reused", 5_000, 3000, 4, True),
    ("100 kB, new connection each", 100_000, 400, 4, False),
    ("100 kB, connection reused", 100_000, 400, 4, True),
    ("10 MB, connection reused", 10_000_000, 8, 1, True),
)
QUIET, DIAGNOSING = "mailtrap --json --level none", "mailtrap --json"
CONNECTING = 0.02  # seconds for clients to reach a server that stands still
SLICES = 5  # turns of each server in a round
# aiosmtpd takes mail and says nothing of it: what compares with it is mailtrap that does the same.
SERVERS = ("aiosmtpd", "mailtrap --level none", QUIET, DIAGNOSING)


@dataclass(frozen=True, slots=True)
class Server:
    """A server in a process of its own."""

    process: subprocess.Popen[Any]
    port: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What a server did with the messages of one run."""

    rate: float  # messages per second
    cost: float | None  # seconds of processor time for a message; None where it is not known


class KeepAll:
    """The least a handler can do: keep what came."""

    def __init__(self) -> None:
        self.kept: list[bytes | str | None] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 aiosmtpd's name
        self.kept.append(envelope.content)
        return "250 OK"


async def serve_bare(port: int) -> None:
    """aiosmtpd with nothing added."""
    loop, handler = asyncio.get_running_loop(), KeepAll()
    server = await loop.create_server(
        lambda: SMTP(handler, hostname="bare", enable_SMTPUTF8=True, loop=loop), "127.0.0.1", port
    )
    await server.serve_forever()


def start(name: str) -> Server:
    """That server, accepting."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    if name == "aiosmtpd":
        command = [sys.executable, __file__, "--serve-bare", str(port)]
    else:
        command = [sys.executable, "-m", "mailtrap", "serve", "--host", "127.0.0.1"]
        command += [f"--port={port}", *name.split()[1:]]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _pin(process.pid, first=False)
    for _ in range(500):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return Server(process, port)
        time.sleep(0.01)
    raise SystemExit(f"{name} did not start")


def send(server: Server, case: tuple[int, int, int, bool]) -> float:
    """Seconds smtp-source takes; ``case``: size, count, sessions, one connection for all.

    The server stands still before and after: what it does later it does in its own time.  Its
    clients have connected when it goes on, so that it is never idle.
    """
    size, count, sessions, reuse = case
    command = ["smtp-source", "-m", str(count), "-l", str(size), "-s", str(sessions)]
    command += ["-d"] if reuse else []
    command += ["-M", "app.example.org"]  # a name such as clients have that are set up well
    command += ["-f", "a@example.org", "-t", "b@example.org", f"inet:127.0.0.1:{server.port}"]
    process = subprocess.Popen(command)
    _pin(process.pid, first=True)
    time.sleep(CONNECTING)
    began = time.perf_counter()
    server.process.send_signal(signal.SIGCONT)
    if process.wait():
        raise SystemExit(f"smtp-source failed: {' '.join(command)}")
    took = time.perf_counter() - began
    server.process.send_signal(signal.SIGSTOP)
    return took


def processor_time(pid: int) -> float | None:
    """Seconds a process has run so far, in user and in system mode (proc(5))."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    utime, stime = stat.rpartition(")")[2].split()[11:13]
    return (int(utime) + int(stime)) / os.sysconf("SC_CLK_TCK")


def _pin(pid: int, *, first: bool) -> None:
    """Clients on one processor, servers on another: else it is chance who shares one."""
    if hasattr(os, "sched_setaffinity"):
        processors = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(pid, {processors[0] if first else processors[-1]})


def one_round(number: int, cases: Sequence[Case]) -> Iterator[tuple[str, str, Measured]]:
    """(server, case, what was measured), each server in a fresh process.

    The order changes from round to round, and so do the processes: on some machines one process
    is faster than another of the same program for all its life.
    """
    names = random.Random(number).sample(SERVERS, len(SERVERS))
    yield from in_turns({name: start(name) for name in names}, cases)


def in_turns(
    servers: Mapping[str, Server], cases: Sequence[Case]
) -> Iterator[tuple[str, str, Measured]]:
    """(server, case, what was measured); the servers are stopped in the end."""
    try:
        for title, size, count, sessions, reuse in cases:
            a_slice = max(sessions, count // SLICES)
            case = (size, a_slice, sessions, reuse)
            for server in servers.values():
                send(server, case)  # warms up
            spent = {name: processor_time(each.process.pid) for name, each in servers.items()}
            seconds = dict.fromkeys(servers, 0.0)
            turns, names = max(1, count // a_slice), deque(servers)
            for _ in range(turns):
                for name in names:
                    seconds[name] += send(servers[name], case)
                names.rotate()
            sent = turns * a_slice
            for name, server in servers.items():
                before, after = spent[name], processor_time(server.process.pid)
                cost = None if before is None or after is None else (after - before) / sent
                yield name, title, Measured(sent / seconds[name], cost)
    finally:
        for server in servers.values():
            server.process.kill()
            server.process.wait()


def endless_line(octets: int) -> None:
    """What one line without an end, four times the limit, does to the memory of each server."""
    limit = octets // 4
    command = [sys.executable, "-m", "mailtrap", "serve", "--host=127.0.0.1", "--port=0", "--json"]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [*command, f"--max-size={limit}"], stdout=subprocess.PIPE, stderr=log
        )
        assert process.stdout is not None
        port = json.loads(process.stdout.readline())["listeners"][0]["port"]
        before = _resident(process.pid)
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.recv(512)
            client.sendall(
                b"EHLO x\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n"
            )
            block = b"x" * 2**20
            for _ in range(octets // len(block)):
                client.sendall(block)
            after = _resident(process.pid)
        process.kill()
        process.wait()
    print(
        f"one line of {octets >> 20} MiB, --max-size {limit >> 20}M:"
        f" memory grew by {(after - before) / 2**20:.0f} MiB"
    )


def _resident(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def ratio(measured: list[float], base: list[float]) -> str:
    """The median of the ratios of all rounds, and their range."""
    ratios = [each / other for each, other in zip(measured, base, strict=True)]
    return f"x {statistics.median(ratios):.2f}  (rounds {min(ratios):.2f} to {max(ratios):.2f})"


def undisturbed(rates: Measurements, per_second: Measurements, title: str, name: str) -> str:
    """The same by what other programs change least: the best rounds, and processor time."""
    base, one = (title, "aiosmtpd"), (title, name)
    said = f", best x {max(rates[one]) / max(rates[base]):.2f}"
    if one in per_second and base in per_second:
        ratios = [a / b for a, b in zip(per_second[one], per_second[base], strict=True)]
        said += f", processor x {statistics.median(ratios):.2f}"
    return said


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=10)
    options.add_argument("--cases", type=int, default=len(CASES), help="only the first so many")
    options.add_argument("--serve-bare", type=int, help=argparse.SUPPRESS)
    arguments = options.parse_args()
    if arguments.serve_bare:
        asyncio.run(serve_bare(arguments.serve_bare))
        return
    if shutil.which("smtp-source") is None:
        raise SystemExit("smtp-source is missing; it comes with Postfix")
    rates: Measurements = {}
    per_second: Measurements = {}  # of processor time
    cases = CASES[: arguments.cases]
    for number in range(arguments.rounds):
        for name, title, measured in one_round(number, cases):
            rates.setdefault((title, name), []).append(measured.rate)
            if measured.cost:
                per_second.setdefault((title, name), []).append(1 / measured.cost)
    for title, *_ in cases:
        print(title)
        for name in SERVERS:
            print(
                f"  {name:<28} {statistics.median(rates[title, name]):8.0f} messages/s"
                f"   {ratio(rates[title, name], rates[title, 'aiosmtpd'])}"
                f"{undisturbed(rates, per_second, title, name)}"
            )
        for what, known in (("", rates), (", processor", per_second)):
            with_it, without = known.get((title, DIAGNOSING)), known.get((title, QUIET))
            if with_it and without:
                label = f"with diagnosis to without{what}"
                print(f"  {label:<37}              {ratio(with_it, without)}")
    if cases == CASES:
        endless_line(256 * 2**20)


if __name__ == "__main__":
    main()
