"""How long until one can begin: ``python tests/bench/startup.py [--rounds N]``.

``mailtrap --help`` to its end, ``serve`` until it says that it listens, and the screen until its
first paint in a terminal, beside Python that does nothing.  In each round all take turns; median
and best, in milliseconds and as multiples of Python alone.  Exit code 1 where a best is over its
budget: the machine that measures may have other work.
"""

import argparse
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
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

TITLE = b"smtp://"  # what an empty screen tells first: where to send
ASKED, ANSWER = b"\x1b[c", b"\x1b[?62;22c"  # what every terminal is asked, and answers at once
PATIENCE = 60.0  # seconds
PYTHON = "python -c pass"
BUDGETS = {"mailtrap --help": 100, "serve, listening": 250, "screen, first paint": 600}


def program() -> Sequence[str]:
    """What a user starts, else the module."""
    script = Path(sys.executable).with_name("mailtrap")
    return (str(script),) if script.exists() else (sys.executable, "-m", "mailtrap")


def to_its_end(*command: str) -> float:
    """Seconds until it has ended."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def listening() -> float:
    """Seconds until the line that names the port."""
    began = time.perf_counter()
    command = [*program(), "serve", "--json", "--port=0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        took = time.perf_counter() - began
        process.terminate()
    assert json.loads(line)["event"] == "ready"
    return took


def painted() -> float:
    """Seconds until the title is on a terminal, 120 columns and 40 rows."""
    began = time.perf_counter()
    process, file = pty.fork()
    if not process:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
        os.environ.pop("NO_COLOR", None)
        os.execv(program()[0], [*program(), "--port=0"])
    fcntl.ioctl(file, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    seen = b""
    try:
        while TITLE not in seen:
            assert select.select([file], [], [], PATIENCE)[0], seen
            seen += os.read(file, 65536)
            if ASKED in seen:
                os.write(file, ANSWER)
                seen = seen.replace(ASKED, b"")
        return time.perf_counter() - began
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        os.close(file)


def measured(rounds: int) -> Mapping[str, list[float]]:
    """Milliseconds of each, round by round."""
    subjects: Mapping[str, Callable[[], float]] = {
        PYTHON: lambda: to_its_end(sys.executable, "-c", "pass"),
        "mailtrap --help": lambda: to_its_end(*program(), "--help"),
        "serve, listening": listening,
        "screen, first paint": painted,
    }
    for measure in subjects.values():  # files in memory, .pyc written
        measure()
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(rounds):
        for name, measure in subjects.items():
            times[name].append(measure() * 1000)
    return times


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=11)
    times = measured(parser.parse_args().rounds)
    ratios = {
        name: statistics.median(a / b for a, b in zip(each, times[PYTHON], strict=True))
        for name, each in times.items()
    }
    print(f"{'milliseconds':<22}{'median':>8}{'best':>8}{'budget':>8}{'times Python':>14}")
    for name, each in times.items():
        row = f"{name:<22}{statistics.median(each):>8.0f}{min(each):>8.0f}"
        print(f"{row}{BUDGETS.get(name, ''):>8}{ratios[name]:>14.1f}")
    return int(any(min(times[name]) > budget for name, budget in BUDGETS.items()))


if __name__ == "__main__":
    sys.exit(main())
