"""The pytest plugin: the fixture ``mailtrap`` and its like.

Imports pytest and nothing else, so that it costs a run that does not use it nothing.  What the
fixtures do is in ``testing.fixtures``, imported with the first of them.
"""

import os
import sys
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from argparse import Namespace

    from mailtrap.testing import MailTrap
    from mailtrap.testing.fixtures import Desk

_FIXTURES = "mailtrap.testing.fixtures"
# In TOML of its own pytest takes numbers, true and false for text only where it is told to.
_TEXT: Any = str | int | float | bool if pytest.version_tuple >= (9, 2) else None
_INI = {
    "mailtrap_port": "port of the server; 0 takes a free one, 1025+ adds the xdist worker",
    "mailtrap_host": "address that the server listens on",
    "mailtrap_tls": "starttls or smtps",
    "mailtrap_auth": "user:password that may log in",
    "mailtrap_timeout": "seconds that waits take at most",
    "mailtrap_strict": "tests fail whose mail has errors: true, or the level",
    "mailtrap_artifacts": "directory for mail and transcripts of tests that fail",
    "mailtrap_env": "NAME=smtp://{host}:{port}, one a line: set before tests are read",
}
_LISTS = ("mailtrap_env",)
_MARKER = (
    'mailtrap(tls=, auth=, require_auth=, max_size=, timeout=, isolation="view"|"server", strict=):'
    " how the server of this test behaves"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--mailtrap-port`` and ``--mailtrap-artifacts``; all settings in the ini file."""
    group = parser.getgroup("mailtrap", "mail caught in tests")
    group.addoption("--mailtrap-port", metavar="PORT", help=_INI["mailtrap_port"])
    group.addoption("--mailtrap-artifacts", metavar="DIR", help=_INI["mailtrap_artifacts"])
    for name, help_ in _INI.items():
        if name in _LISTS:
            parser.addini(name, help_, "linelist", [])
        else:
            parser.addini(name, help_, _TEXT, "")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _MARKER)
    _export(config, config.option)  # where conftest.py has told xdist that it is to have no workers


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Start before applications read their environment, where ``mailtrap_env`` names some."""
    _export(early_config, early_config.known_args_namespace)


def _export(config: pytest.Config, options: "Namespace") -> None:
    if config.getini("mailtrap_env"):
        # The workers of xdist have servers of their own; whoever gives them work needs none.
        _desk(config).export(in_workers=_has_workers(options))


def _has_workers(options: "Namespace") -> bool:
    """Tests run in workers of xdist, and this is none of them."""
    count = getattr(options, "numprocesses", None)
    if options.collectonly or count == 0 or "PYTEST_XDIST_WORKER" in os.environ:
        return False
    if count in ("auto", "logical"):  # until xdist has decided
        return not options.usepdb and os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS") != "0"
    is_wanted = getattr(options, "dist", "no") != "no" or getattr(options, "distload", False)
    return bool(count or (is_wanted and options.tx))


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Where mail goes, where that is the same in each run."""
    port = config.getoption("mailtrap_port") or config.getini("mailtrap_port")
    return [f"mailtrap: port {port}"] if port and port != "0" else []


def _desk(config: pytest.Config) -> "Desk":
    from mailtrap.testing.fixtures import desk_of

    return desk_of(config)


def _desk_in_use(config: pytest.Config) -> "Desk | None":
    """The same, where a test has used it."""
    return _desk(config) if _FIXTURES in sys.modules else None


@pytest.fixture(scope="session")
def mailtrap_settings(pytestconfig: pytest.Config) -> dict[str, Any]:
    """Arguments of the session's MailTrap; override it in conftest.py to change them."""
    return _desk(pytestconfig).settings()


@pytest.fixture(scope="session")
def mailtrap_server(
    pytestconfig: pytest.Config, mailtrap_settings: dict[str, Any]
) -> "Iterator[MailTrap]":
    """The server of the session.  Tests see their own mail in ``mailtrap``."""
    desk = _desk(pytestconfig)
    yield desk.server(mailtrap_settings)
    desk.tell_late()


@pytest.fixture
def mailtrap(request: pytest.FixtureRequest) -> "Iterator[MailTrap]":
    """The mail of this test, and its faults: a clean view of the session's server."""
    with _desk(request.config).view(request) as trap:
        yield trap


@pytest.fixture
def mailtrap_factory(request: pytest.FixtureRequest) -> "Iterator[Callable[..., MailTrap]]":
    """Makes further servers, with the arguments of MailTrap; they end with the test."""
    with _desk(request.config).factory(request.node) as make:
        yield make


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Have mail that comes from now on, before the test's own, be of no test."""
    if desk := _desk_in_use(item.config):
        desk.begin()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that passed, but whose rules were never used, or whose mail is not clean."""
    result = yield
    if desk := _desk_in_use(item.config):
        desk.check(item)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what was said to the report of a test that failed, and write it down if asked."""
    report = yield
    if desk := _desk_in_use(item.config):
        if report.failed:
            desk.report(item, report)
        if report.when == "teardown":
            desk.forget(item)
    return report


def pytest_assertrepr_compare(left: object, right: object, op: str) -> list[str] | None:
    """Say which messages there are where their number is not the one that was asked for."""
    if "mailtrap.testing.messages" not in sys.modules:
        return None
    from mailtrap.testing.messages import compared

    return compared(op, left, right)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what runs."""
    if desk := _desk_in_use(config):
        desk.close()
