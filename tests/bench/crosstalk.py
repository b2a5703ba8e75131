"""Whether tests see each other's mail; ``tests/bench/crosstalk.py``.

500 tests with 10 mails each, sent in six ways, in two workers and in random order, many times.
Prints a line for each run that failed, and how many did; returns 1 then.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SUITE = """
import asyncio, re, smtplib
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage

import aiosmtplib
import pytest

MAILS = 10
POOL = ThreadPoolExecutor(MAILS)


def message(test, number):
    mail = EmailMessage()
    mail["From"], mail["To"] = "ann@example.org", f"{number}@example.org"
    mail["Subject"] = f"{test} {number}"
    mail.set_content("x" * 2000)
    return mail


def send(trap, *mails):
    with smtplib.SMTP(trap.host, trap.port, local_hostname="client.test", timeout=60) as client:
        for mail in mails:
            client.send_message(mail)


def one_by_one(trap, mails, pooled):
    for mail in mails:
        send(trap, mail)


def over_one_connection(trap, mails, pooled):
    send(trap, *mails)


def over_a_connection_of_all_tests(trap, mails, pooled):
    for mail in mails:
        pooled.send_message(mail)


def by_threads(trap, mails, pooled):
    list(POOL.map(lambda mail: send(trap, mail), mails))


def in_the_background(trap, mails, pooled):
    for mail in mails:
        POOL.submit(send, trap, mail)


def in_a_loop(trap, mails, pooled):
    async def main():
        sending = [aiosmtplib.send(mail, hostname=trap.host, port=trap.port) for mail in mails]
        await asyncio.gather(*sending)

    asyncio.run(main())


@pytest.fixture(scope="session")
def pooled(mailtrap_server):
    where = mailtrap_server.host, mailtrap_server.port
    with smtplib.SMTP(*where, local_hostname="client.test", timeout=60) as client:
        yield client


WAYS = [one_by_one, over_one_connection, over_a_connection_of_all_tests, by_threads,
        in_the_background, in_a_loop]


@pytest.mark.parametrize("test", range(TESTS))
def test_it(mailtrap, pooled, test):
    WAYS[test % len(WAYS)](mailtrap, [message(test, n) for n in range(MAILS)], pooled)
    expected = sorted(f"{test} {n}" for n in range(MAILS))
    assert sorted(mailtrap.wait_for(count=MAILS, timeout=60).subjects) == expected
    assert sorted(mailtrap.messages.subjects) == expected
    mailtrap.assert_none(subject=re.compile(rf"^(?!{test} )"))
"""


def main() -> int:
    """Run the suite again and again; returns 1 where a run failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--tests", type=int, default=500)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as directory:
        suite = SUITE.replace("TESTS", str(arguments.tests))
        Path(directory, "test_suite.py").write_text(suite)
        for run in range(1, arguments.runs + 1):
            began = time.monotonic()
            done = _run(directory, arguments.workers, seed=run)
            took = time.monotonic() - began
            print(f"run {run}: {done.stdout.splitlines()[-1]}, {took:.1f} s in all", flush=True)
            if done.returncode:
                failed += 1
                print(done.stdout, done.stderr, sep="\n")
    mails = arguments.runs * arguments.tests * 10
    print(f"{failed} of {arguments.runs} runs failed; {mails:,} mails were sent")
    return 1 if failed else 0


def _run(directory: str, workers: int, seed: int) -> "subprocess.CompletedProcess[str]":
    plugins = ("mailtrap.pytest_plugin", "xdist", "pytest_randomly")
    arguments = [f"-n{workers}", f"--randomly-seed={seed}", "-Werror", "-q", "-pno:cacheprovider"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *(f"-p{plugin}" for plugin in plugins), *arguments],
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )


if __name__ == "__main__":
    sys.exit(main())
