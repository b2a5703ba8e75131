"""What ``mailtrap_env`` sets before conftest.py is read."""

import pytest

from mailtrap.testing import MailTrap
from tests.plugin.conftest import Run

SETTINGS = """
    import pytest

    @pytest.fixture(scope="session")
    def mailtrap_settings(mailtrap_settings):
        return {{**mailtrap_settings, {wanted}}}
"""


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (
            "'auth': ('ann', 'secret'), 'timeout': 9",
            (
                "mailtrap_settings asks for another auth and timeout, but mailtrap_env"
                " has had the server started before conftest.py was read; write mailtrap_auth and"
                " mailtrap_timeout in the ini file"
            ),
        ),
        (
            "'require_auth': True",
            (
                "mailtrap_settings asks for another require_auth, but *; leave"
                " mailtrap_env out, and have a fixture set the environment as"
                ' mailtrap_server.settings("env") says'
            ),
        ),
    ],
)
def test_settings_that_come_after_the_server_was_started_are_told(
    run: Run, pytester: pytest.Pytester, wanted: str, sentence: str
) -> None:
    pytester.makeini("[pytest]\nmailtrap_env = APP_PORT={port}")
    pytester.makeconftest(SETTINGS.format(wanted=wanted))

    result = run("""
        def test_it(mailtrap): pass
    """)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([sentence])
    assert "secret'" not in str(result.stdout)


def test_settings_that_change_nothing_are_as_good_as_none(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makeini("[pytest]\nmailtrap_env = APP_PORT={port}\nmailtrap_timeout = 9")
    pytester.makeconftest(SETTINGS.format(wanted="'port': 0, 'timeout': 9.0"))

    result = run("""
        import os

        def test_it(mailtrap):
            assert os.environ["APP_PORT"] == str(mailtrap.port)
    """)

    result.assert_outcomes(passed=1)


# Says in which processes conftest.py found what mailtrap_env is to set.
NOTING = """
    import os, pathlib

    who = os.environ.get("PYTEST_XDIST_WORKER", "main")
    (pathlib.Path(__file__).parent / f"{who}-{'APP_PORT' in os.environ}.txt").touch()
"""
NEEDING = """
    import os

    def test_it(mailtrap):
        assert os.environ["APP_PORT"] == str(mailtrap.port)
"""
WORKERS = {"main-False", "gw0-True"}
NO_WORKERS = {"main-True"}


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (("-n1",), WORKERS),
        (("-nauto", "--maxprocesses=1"), WORKERS),
        (("--dist=load", "--tx=popen"), WORKERS),
        (("-n0",), NO_WORKERS),
        (("-nauto", "--pdb"), NO_WORKERS),
        (("--tx=popen",), NO_WORKERS),
        (("-n1", "--collect-only"), NO_WORKERS),
    ],
)
def test_the_environment_is_set_in_each_process_that_runs_tests_with_xdist(
    run: Run, pytester: pytest.Pytester, arguments: tuple[str, ...], found: set[str]
) -> None:
    pytester.makeini("[pytest]\nmailtrap_env = APP_PORT={port}")
    pytester.makeconftest(NOTING)

    result = run(NEEDING, *arguments, plugins=("xdist",))

    assert result.ret == 0
    assert {path.stem for path in pytester.path.glob("*-*.txt")} == found


def test_the_environment_is_set_where_there_are_to_be_no_workers_after_all(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makeini("[pytest]\nmailtrap_env = APP_PORT={port}")
    pytester.makeconftest(NOTING)
    monkeypatch.setenv("PYTEST_XDIST_AUTO_NUM_WORKERS", "0")

    result = run(NEEDING, "-nauto", plugins=("xdist",))

    result.assert_outcomes(passed=1)
    assert {path.stem for path in pytester.path.glob("*-*.txt")} == NO_WORKERS


def test_the_environment_is_set_where_conftest_wants_no_workers(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makeini("[pytest]\nmailtrap_env = APP_PORT={port}")
    pytester.makeconftest("def pytest_xdist_auto_num_workers(): return 0")

    result = run(NEEDING, "-nauto", plugins=("xdist",))

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        (
            "mailtrap_tls=tsl",
            'ERROR: mailtrap_env: tls = \'tsl\' is no kind of TLS; write "starttls" or "smtps"',
        ),
        ("mailtrap_port=x", "ERROR: mailtrap_env: mailtrap_port = 'x' is no port; write 0, *"),
        ("mailtrap_port={taken}", "ERROR: mailtrap_env: cannot listen on *: the port is in use*"),
    ],
)
def test_a_server_that_cannot_start_for_it_is_told_in_one_line(
    run: Run, pytester: pytest.Pytester, option: str, sentence: str
) -> None:
    pytester.makeini("[pytest]\nmailtrap_env = APP_PORT={port}")

    with MailTrap() as other:
        result = run(NEEDING, f"-o{option.format(taken=other.port)}")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert len([line for line in result.stderr.lines if line]) == 1
    result.stderr.fnmatch_lines([sentence])


def test_settings_with_which_no_worker_can_start_are_told_before_there_are_any(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makeini("[pytest]\nmailtrap_env = APP_PORT={port}\nmailtrap_port = x")

    result = run(NEEDING, "-n1", plugins=("xdist",))

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert len([line for line in result.stderr.lines if line]) == 1
    result.stderr.fnmatch_lines(["ERROR: mailtrap_env: mailtrap_port = 'x' is no port; *"])
