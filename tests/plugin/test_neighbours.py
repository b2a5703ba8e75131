"""Beside other plugins, in other loops, in many processes."""

import os
import smtplib
import subprocess
import sys
from pathlib import Path

import pytest

from mailtrap.testing import MailTrap
from tests.plugin.conftest import LATE, Run
from tests.support import WAIT, free_ports

ROOT = Path(__file__).parents[2]


def test_workers_have_servers_of_their_own(run: Run, pytester: pytest.Pytester) -> None:
    result = run(
        """
        import pathlib, uuid

        @pytest.mark.parametrize("number", range(12))
        def test_it(mailtrap, number, worker_id):
            send(mailtrap, f"{worker_id} {number}")
            assert mailtrap.one().subject == f"{worker_id} {number}"
            pathlib.Path(f"port-{mailtrap.port}-{worker_id}").touch()

        """,
        "-n3",
        plugins=("xdist",),
    )

    result.assert_outcomes(passed=12)
    names = [path.name for path in pytester.path.iterdir() if path.name.startswith("port-")]
    ports = {name.split("-")[1] for name in names}
    assert len(ports) == len(names) == 3


PORTS = """
    import os

    @pytest.mark.parametrize("number", range(4))
    def test_it(mailtrap, number, worker_id):
        assert os.environ["APP_PORT"] == str(mailtrap.port)
        assert mailtrap.port == {first} + int(worker_id.removeprefix("gw"))
"""


def test_with_a_plus_each_worker_has_a_port_that_is_known(
    run: Run, pytester: pytest.Pytester
) -> None:
    first = free_ports(2)
    pytester.makeini(f"[pytest]\nmailtrap_port = {first}+\nmailtrap_env = APP_PORT={{port}}")

    result = run(PORTS.format(first=first), "-n2", plugins=("xdist",))

    result.assert_outcomes(passed=4)


def test_one_port_for_many_workers_says_how_to_write_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw1")  # as xdist tells its second worker
    with MailTrap() as first:
        result = run("def test_it(mailtrap): pass", f"--mailtrap-port={first.port}")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [f'*the port is in use by another mailtrap; *write "{first.port}+" for one port each*']
    )


def test_late_mail_is_reported_by_workers_too(run: Run) -> None:
    result = run(LATE, "-n1", "-Wdefault", plugins=("xdist",))

    result.assert_outcomes(passed=2, warnings=1)
    result.stdout.fnmatch_lines(["test_it.py::test_that_begins", "*MailtrapWarning: 'Late' to*"])


def test_tests_of_pytest_asyncio_wait_without_stopping_their_loop(run: Run) -> None:
    result = run(
        """
        import asyncio, aiosmtplib
        pytestmark = pytest.mark.asyncio

        async def post(trap, subject):
            message = MESSAGE.format(subject=subject, to="bob@example.org")
            await aiosmtplib.send(message, sender="ann@example.org",
                                  recipients=["bob@example.org"],
                                  hostname=trap.host, port=trap.port)

        async def test_wait(mailtrap):
            sending = asyncio.create_task(post(mailtrap, "Reset"))
            assert (await mailtrap.async_wait_for(subject="Reset", timeout=10)).to
            await sending

        async def test_expect(mailtrap):
            async with mailtrap.expect(to="bob@*", timeout=10) as expected:
                await post(mailtrap, "Welcome")
            assert expected.message.subject == "Welcome"

        async def test_wrong(mailtrap):
            mailtrap.wait_for(subject="Reset")

        async def test_unused(mailtrap):
            mailtrap.unknown_user("bob@*")
        """,
        "-oasyncio_default_fixture_loop_scope=function",
        plugins=("asyncio",),
    )

    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["*UsageError: wait_for() would stop the event loop*"])
    result.stdout.fnmatch_lines(["1 rule was never used:"])


def test_tests_of_anyio_wait_in_both_of_its_loops(run: Run) -> None:
    result = run(
        """
        import anyio

        @pytest.mark.anyio
        async def test_it(mailtrap, anyio_backend_name):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(anyio.to_thread.run_sync, send, mailtrap, "Reset")
                message = await mailtrap.async_wait_for(subject="Reset", timeout=10)
            assert message.to == ("bob@example.org",)
        """,
        plugins=("anyio",),
    )

    result.assert_outcomes(passed=2)


def test_the_order_of_tests_does_not_matter(run: Run) -> None:
    result = run(
        """
        @pytest.mark.parametrize("number", range(20))
        def test_it(mailtrap, number):
            if number % 3 == 0:
                mailtrap.unknown_user("bob@*", optional=True)
            else:
                send(mailtrap, str(number))
                assert mailtrap.one().subject == str(number)
        """,
        "-prandomly",
        plugins=("randomly",),
    )

    result.assert_outcomes(passed=20)


def modules(*arguments: str, directory: Path) -> set[str]:
    """Which modules a run of pytest imports that collects nothing."""
    script = f"""
import sys, pytest
pytest.main({["-q", "-pno:cacheprovider", *arguments]!r})
print(*("module " + name for name in sys.modules), sep="\\n")
"""
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=directory,
        env=environment,
    )
    found = [line.partition("module ") for line in done.stdout.splitlines()]
    return {name for before, _, name in found if name and not before}


def test_a_run_that_does_not_use_it_imports_nothing_for_it(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(): assert 1 == 1\n")

    without = modules(directory=tmp_path)
    with_it = modules("-pmailtrap.pytest_plugin", directory=tmp_path)

    assert with_it - without == {"mailtrap", "mailtrap.pytest_plugin", "mailtrap.version"}


def test_a_test_that_uses_it_does_not_read_the_rules_of_diagnosis(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(mailtrap): assert mailtrap.count == 0\n")

    with_it = modules("-pmailtrap.pytest_plugin", directory=tmp_path)

    assert "mailtrap.testing" in with_it
    assert not {
        name for name in with_it if name.startswith(("mailtrap.lint", "trustme", "textual"))
    }


def test_it_is_found_without_being_named(run: Run) -> None:
    result = run("def test_it(mailtrap): pass", "--fixtures", "-v")

    result.stdout.fnmatch_lines(["mailtrap -- *", "*The mail of this test, and its faults*"])


SERVING = """
import sys
from mailtrap.testing import MailTrap

with MailTrap() as trap:
    print(trap.port, flush=True)
    print(trap.wait_for(subject="Hi", timeout=20).text, flush=True)
"""


def test_a_script_without_pytest_can_use_it() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVING], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        client = smtplib.SMTP("127.0.0.1", int(process.stdout.readline()))
        client.sendmail("a@example.org", ["b@example.org"], "Subject: Hi\n\nThere")
        client.close()  # without QUIT: the server may have ended
        assert process.communicate(timeout=WAIT)[0].strip() == "There"
        assert process.returncode == 0
