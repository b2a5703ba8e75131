"""What the fixture costs, beside smtpdfix and pytest-localserver; ``tests/bench/fixture.py``.

They are installed with ``pip install -e '.[bench]'``; what is missing is left out.  A test is the
median of many of a run of pytest, a figure the median of rounds in which all take turns, less the
same without a fixture.
"""

import argparse
import importlib.util
import os
import resource
import smtplib
import statistics
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from mailtrap.testing import MailTrap

TESTS = 300  # in a run of pytest
MESSAGE = "From: a@example.org\r\nSubject: x\r\n\r\n" + ("x" * 70 + "\r\n") * 30
# (module to look for, plugin, fixture, how a test sends)
FIXTURES = {
    "no fixture": ("pytest", "", "", ""),
    "mailtrap": ("mailtrap", "mailtrap.pytest_plugin", "mailtrap", "mailtrap.host, mailtrap.port"),
    "mailtrap, a server a test": (
        "mailtrap",
        "mailtrap.pytest_plugin",
        "mailtrap",
        "mailtrap.host, mailtrap.port",
    ),
    "smtpdfix": ("smtpdfix", "smtpdfix", "smtpd", "smtpd.hostname, smtpd.port"),
    "pytest-localserver": (
        "pytest_localserver",
        "pytest_localserver.plugin",
        "smtpserver",
        "*smtpserver.addr",
    ),
}
BUDGETS = {"a test": 0.5, "stop": 50.0, "visible": 1.0}  # milliseconds


def main() -> int:
    """Measure and print; returns 1 where a budget was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    known = {name: each for name, each in FIXTURES.items() if importlib.util.find_spec(each[0])}
    per_test = fixtures(known, rounds, sends=False)
    with_mail = fixtures(known, rounds, sends=True)
    loading = plugins(known, rounds)
    print(f"{'milliseconds':<28}{'a test':>10}{'with a mail':>14}{'plugin loaded':>16}")
    for name in known:
        cells = (per_test[name], with_mail[name], loading[name])
        print(
            f"{name:<28}"
            + "".join(f"{x:>{w}.2f}" for x, w in zip(cells, (10, 14, 16), strict=True))
        )
    stopped, seen = stop(rounds), visible(rounds * 100)
    print(f"stop with 5 open TLS clients: {stopped:.2f} ms")
    print(f"from kept to seen by a waiter: {seen:.3f} ms")
    measured = {"a test": per_test["mailtrap"], "stop": stopped, "visible": seen}
    missed = [name for name, budget in BUDGETS.items() if measured[name] > budget]
    print(f"over budget: {', '.join(missed)}" if missed else "all within budget")
    return 1 if missed else 0


def fixtures(
    known: Mapping[str, tuple[str, str, str, str]], rounds: int, *, sends: bool
) -> dict[str, float]:
    """Milliseconds that the fixture adds to each test."""
    times: dict[str, list[float]] = {name: [] for name in known}
    with tempfile.TemporaryDirectory() as directory:
        for _ in range(rounds):
            for name, (_module, plugin, fixture, address) in known.items():
                source = _source(name, fixture, address if sends else "")
                times[name].append(_run(Path(directory), source, plugin))
    usual = statistics.median(times["no fixture"])
    return {
        name: (statistics.median(each) - usual) * 1000 if name != "no fixture" else 0.0
        for name, each in times.items()
    }


def plugins(known: Mapping[str, tuple[str, str, str, str]], rounds: int) -> dict[str, float]:
    """Milliseconds of processor time that a run takes because the plugin is there, unused."""
    times: dict[str, list[float]] = {name: [] for name in known}
    with tempfile.TemporaryDirectory() as directory:
        for _ in range(rounds):
            for name, (_module, plugin, *_) in known.items():
                times[name].append(_process(Path(directory), "def test_it(): pass\n", plugin))
    usual = statistics.median(times["no fixture"])
    return {name: (statistics.median(each) - usual) * 1000 for name, each in times.items()}


def _source(name: str, fixture: str, address: str) -> str:
    send = f"""
        with smtplib.SMTP({address}) as client:
            client.sendmail("a@example.org", ["b@example.org"], {MESSAGE!r})
    """
    mark = '@pytest.mark.mailtrap(isolation="server")' if "server a test" in name else ""
    return f"""
import smtplib, time, pytest
{mark}
@pytest.mark.parametrize("number", range({TESTS}))
def test_it(number{f", {fixture}" if fixture else ""}):
    {textwrap.dedent(send).strip().replace(chr(10), chr(10) + "    ") if address else "pass"}
"""


RUNNER = """
import statistics, sys, pytest

class Clock:
    def __init__(self):
        self.tests = {}
    def pytest_runtest_logreport(self, report):
        self.tests[report.nodeid] = self.tests.get(report.nodeid, 0.0) + report.duration
    def pytest_sessionfinish(self):
        first, *others = self.tests.values()
        print("\\ntook", first, statistics.median(others))

sys.exit(pytest.main(sys.argv[1:], plugins=[Clock()]))
"""


def _run(directory: Path, source: str, plugin: str) -> float:
    """Seconds that a test takes, set-up and tear-down included, but for the first of a run."""
    (directory / "test_it.py").write_text(source)
    arguments = ["-q", "-pno:cacheprovider", *([f"-p{plugin}"] if plugin else []), "test_it.py"]
    done = subprocess.run(
        [sys.executable, "-c", RUNNER, *arguments],
        cwd=directory,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )
    [line] = [line for line in done.stdout.splitlines() if line.startswith("took ")]
    return float(line.split()[2])


def _process(directory: Path, source: str, plugin: str) -> float:
    """Seconds of processor time that a whole run takes."""
    (directory / "test_it.py").write_text(source)
    arguments = ["-q", "-pno:cacheprovider", *([f"-p{plugin}"] if plugin else []), "test_it.py"]
    began = _of_children()
    subprocess.run(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=directory,
        stdout=subprocess.DEVNULL,
        check=True,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )
    return _of_children() - began


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def stop(rounds: int) -> float:
    """Milliseconds to stop with TLS clients that do not go away."""

    def once() -> float:
        trap = MailTrap(tls="starttls").start()
        clients = [smtplib.SMTP(trap.host, trap.port) for _ in range(5)]
        for client in clients:
            client.starttls(context=trap.client_context())
        took = _timed(trap.stop)
        for client in clients:
            client.close()
        return took

    return statistics.median(once() for _ in range(rounds))


def visible(count: int) -> float:
    """Milliseconds from the moment a message is kept until a waiter has it."""
    kept: list[float] = []
    seen: list[float] = []
    with MailTrap() as trap:
        # The journal is told last of all: what is measured is the way from there to the waiter.
        trap._catcher.trap.subscribe(
            lambda event: (
                kept.append(time.perf_counter())
                if type(event).__name__ == "MessageReceived"
                else None
            )
        )
        listeners = trap._catcher.trap._listeners
        *others, newest = listeners._listeners
        listeners._listeners = (newest, *others)

        def wait() -> None:
            for _ in range(count):
                trap.wait_for(timeout=30)
                seen.append(time.perf_counter())

        waiter = threading.Thread(target=wait)
        waiter.start()
        with smtplib.SMTP(trap.host, trap.port) as client:
            for number in range(count):
                client.sendmail("a@example.org", ["b@example.org"], f"Subject: {number}\r\n\r\n")
                while len(seen) <= number:
                    time.sleep(0.0005)
        waiter.join()
    return statistics.median((s - k) * 1000 for k, s in zip(kept, seen, strict=True))


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main())
