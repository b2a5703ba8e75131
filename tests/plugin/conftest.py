"""Small projects whose tests use the fixture, run as processes of their own."""

from collections.abc import Callable

import pytest

# What a test of such a project can call.
HELPERS = '''
import smtplib

MESSAGE = """From: ann@example.org
To: {to}
Subject: {subject}
Date: Mon, 01 Jan 2024 12:00:00 +0000
Message-ID: <1@example.org>

Hello.
""".replace("\\n", "\\r\\n")

def connect(trap):
    return smtplib.SMTP(trap.host, trap.port, local_hostname="client.test", timeout=10)

def send(trap, subject="Welcome", to="bob@example.org", client=None):
    if client is None:
        with connect(trap) as client:
            return send(trap, subject, to, client)
    client.sendmail("ann@example.org", [to], MESSAGE.format(subject=subject, to=to))
'''

# The mail of a test that comes in the next one.
LATE = """
    clients = []

    def test_that_begins(mailtrap):
        client = connect(mailtrap)
        client.ehlo(); client.mail("ann@example.org"); client.rcpt("bob@example.org")
        clients.append(client)

    def test_that_is_not_to_blame(mailtrap):
        [client] = clients
        client.data(MESSAGE.format(subject="Late", to="bob@example.org").encode())
        send(mailtrap, "mine")
        assert mailtrap.one().subject == "mine"
        client.quit()
"""

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a test file, with nothing of the plugins that this project has installed besides."""
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        monkeypatch.delenv(name, raising=False)
    pytester.makepyfile(helpers=HELPERS)

    def run(source: str, *arguments: str, plugins: tuple[str, ...] = ()) -> pytest.RunResult:
        pytester.makepyfile(test_it="from helpers import *\nimport pytest\n" + _dedented(source))
        usual = ("randomly", "asyncio", "xdist", "anyio", "timeout", "hypothesispytest")
        without = [f"-pno:{name}" for name in usual if name not in plugins]
        return pytester.runpytest_subprocess("-Werror", *without, *arguments, timeout=60)

    return run


def _dedented(source: str) -> str:
    from textwrap import dedent

    return dedent(source)
