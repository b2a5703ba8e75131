"""A maildir against memory, and opening large ones: ``python tests/bench/maildir.py``.

Throughput needs smtp-source (of Postfix).  The servers take turns as in ``throughput.py``; what
counts are the ratios of each round, and their median.  Opening is measured in a process of its
own for each size, with the files in the cache of the system.  Nothing is removed before the end:
ext4 does not use again what was removed in the last seconds, and making a file takes a hundred
times as long while it looks for something else.
"""

import argparse
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailtrap.envelope import Envelope, read_path
from mailtrap.message import Message
from mailtrap.stores.filing import NOBODY, encode_sidecar, unique_name
from mailtrap.stores.maildir import MaildirStore
from tests.bench.throughput import Measured, Server, in_turns, processor_time, ratio

CASES = (  # name, octets of a message, messages, parallel sessions, one connection for all
    ("5 kB, new connection each", 5_000, 2000, 4, False),
    ("5 kB, connection reused", 5_000, 3000, 4, True),
    ("100 kB, connection reused", 100_000, 400, 4, True),
    ("10 MB, connection reused", 10_000_000, 8, 1, True),
)
MEMORY, MAILDIR, FSYNC = "memory", "maildir", "maildir --fsync"
SERVERS = (MEMORY, MAILDIR, FSYNC)
SIZES = (1_000, 10_000, 100_000)
MOST_SECONDS, MOST_MEMORY = 3.0, 250 * 2**20  # to open the largest


def start(name: str, directory: Path) -> Server:
    """That server, accepting."""
    command = [sys.executable, "-m", "mailtrap", "serve", "--host=127.0.0.1", "--port=0"]
    command += ["--json", "--level=none"]
    if name != MEMORY:
        command += [f"--maildir={directory}", *name.split()[1:]]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    port = json.loads(process.stdout.readline())["listeners"][0]["port"]
    # Nobody reads what it says from now on: as in throughput.py, that is not what is measured.
    subprocess.Popen(["cat"], stdin=process.stdout, stdout=subprocess.DEVNULL)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(process.pid, {max(os.sched_getaffinity(0))})
    return Server(process, port)


def one_round(number: int, where: Path) -> Iterator[tuple[str, str, Measured]]:
    """(server, case, what was measured), each server in a fresh process and directory."""
    names = random.Random(number).sample(SERVERS, len(SERVERS))
    directories = {name: where / f"{number} {name}" for name in names}
    yield from in_turns({name: start(name, directories[name]) for name in names}, CASES)


def throughput(rounds: int, where: Path) -> None:
    """Messages per second, and what each costs the server."""
    rates: dict[tuple[str, str], list[float]] = {}
    costs: dict[tuple[str, str], list[float]] = {}
    for number in range(rounds):
        for name, title, measured in one_round(number, where):
            rates.setdefault((title, name), []).append(measured.rate)
            costs.setdefault((title, name), []).append(measured.cost or 0.0)
    for title, *_ in CASES:
        print(title)
        for name in SERVERS:
            cost = statistics.median(costs[title, name]) * 1e6
            print(
                f"  {name:<16} {statistics.median(rates[title, name]):8.0f} messages/s"
                f"   {cost:8.0f} µs of processor"
                f"   {ratio(rates[title, name], rates[title, MEMORY])}"
            )


def adding(count: int, where: Path, *, fsync: bool) -> None:
    """What the store alone costs."""
    store = MaildirStore(where / f"adding {fsync}", fsync=fsync)
    messages = list(_messages(count))
    began, spent = time.perf_counter(), time.process_time()
    for message in messages:
        store.add(message)
    took, spent = time.perf_counter() - began, time.process_time() - spent
    store.close()
    label = "with" if fsync else "without"
    print(
        f"add {label} fsync: {took / count * 1e6:.0f} µs a message, {spent / count * 1e6:.0f} µs of"
        " processor"
    )


def _messages(count: int) -> Iterator[Message]:
    envelope = Envelope(
        read_path(b"FROM:<a@example.org>", b"FROM"), (read_path(b"TO:<b@example.org>", b"TO"),)
    )
    start = datetime(2026, 1, 1, tzinfo=UTC)
    data = b"Subject: hi\r\n\r\n" + b"x" * 5000
    for number in range(count):
        at = start + timedelta(microseconds=number * 1001)
        yield Message(f"abcdef-{number // 4}-{number % 4}", "", envelope, data, at)


def fill(directory: Path, count: int) -> None:
    """A maildir of that many small messages, half of them read."""
    MaildirStore(directory).close()
    for number, message in enumerate(_messages(count)):
        name = unique_name(message)
        name = f"new/{name}" if number % 2 else f"cur/{name}:2,S"
        (directory / name).write_bytes(b"Subject: hi\r\n\r\n")
        sidecar = directory / "mailtrap" / "messages" / f"{message.id}.json"
        sidecar.write_bytes(encode_sidecar(message, NOBODY))


def opening(where: Path) -> bool:
    """How long it takes to open a maildir; says whether the largest is within its bounds."""
    is_within = True
    for count in SIZES:
        directory = where / str(count)
        fill(directory, count)
        command = [sys.executable, __file__, "--open", str(directory)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        measured = json.loads(said)
        print(
            f"{count:>7} messages: opened in {measured['seconds']:.2f} s,"
            f" looked at again in {measured['again']:.2f} s,"
            f" {measured['peak'] / 2**20:.0f} MiB at most"
        )
        is_within = measured["seconds"] < MOST_SECONDS and measured["peak"] < MOST_MEMORY
    return is_within


def open_one(directory: Path) -> None:
    """Open it here and print what that took."""
    began = time.perf_counter()
    store = MaildirStore(directory)
    seconds = time.perf_counter() - began
    began = time.perf_counter()
    store._index.look()
    again = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"count": len(store), "seconds": seconds, "again": again, "peak": peak}))
    store.close()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--at", type=Path, help="a directory of the file system to measure")
    options.add_argument("--open", type=Path, help=argparse.SUPPRESS)
    arguments = options.parse_args()
    if arguments.open:
        open_one(arguments.open)
        return
    with tempfile.TemporaryDirectory(dir=arguments.at) as name:
        where = Path(name)
        adding(5000, where, fsync=False)
        adding(500, where, fsync=True)
        if processor_time(os.getpid()) is not None and shutil.which("smtp-source"):
            throughput(arguments.rounds, where)
        is_within = opening(where)
    if not is_within:
        raise SystemExit(f"more than {MOST_SECONDS} s or {MOST_MEMORY >> 20} MiB")


if __name__ == "__main__":
    main()
