"""What the pytest plugin does once a test uses it: servers, views, reports.  Knows pytest."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest

from mailtrap.errors import MailtrapError, UsageError
from mailtrap.faults.descriptions import described
from mailtrap.testing.evidence import clipped, file_name, keep, said
from mailtrap.testing.mail_trap import MailTrap
from mailtrap.testing.messages import described as message_described
from mailtrap.testing.options import Options, made
from mailtrap.testing.run_settings import arguments, level_of, setting, started_otherwise, variables

__tracebackhide__ = True  # in reports of pytest; its debugger asks functions alone

_DESK = pytest.StashKey["Desk"]()
_HEARD = pytest.StashKey[list["_Heard"]]()  # by a test
_TITLE = "mailtrap: SMTP transcript"


class MailtrapWarning(UserWarning):
    """Something about mail that is no failure."""


def desk_of(config: pytest.Config) -> "Desk":
    """That of the run."""
    if _DESK not in config.stash:
        config.stash[_DESK] = Desk(config)
    return config.stash[_DESK]


@dataclass(frozen=True, slots=True)
class _Heard:
    """A server, or a view of one, that may have heard something of a test."""

    trap: MailTrap
    title: str = _TITLE
    note: str = ""  # what it is, where the test does not look there


class Desk:
    """The servers of a run of pytest."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._server: MailTrap | None = None
        self._options = Options()  # of that server
        self._environment = pytest.MonkeyPatch()

    def settings(self) -> dict[str, Any]:
        """Arguments of MailTrap, as the run says."""
        with _told_plainly():
            return arguments(self._config)

    # Servers

    def server(self, settings: Mapping[str, Any]) -> MailTrap:
        """That of the session, started if it does not run."""
        with _told_plainly():
            return self._started(settings)

    def _started(self, settings: Mapping[str, Any]) -> MailTrap:
        wanted = made(settings)
        if self._server is None:
            self._server, self._options = MailTrap(**settings).start(), wanted
        elif wanted != self._options:  # export() was before conftest.py
            raise UsageError(started_otherwise(self._options, wanted))
        return self._server

    def export(self, *, in_workers: bool) -> None:
        """Start, and set what ``mailtrap_env`` names; twice is no harm.  Raises pytest.UsageError.

        ``in_workers``: others will, and here is only looked at whether they can.
        """
        if self._server is not None:
            return
        try:
            settings = arguments(self._config)
            if in_workers:
                return
            server = self._started(settings)
        except MailtrapError as error:
            raise pytest.UsageError(f"mailtrap_env: {error}") from None
        for name, value in variables(self._config, server):
            self._environment.setenv(name, value)

    @contextmanager
    def view(self, request: pytest.FixtureRequest) -> Iterator[MailTrap]:
        """The mail of one test."""
        with _told_plainly(), self._view(request) as trap:
            yield trap

    @contextmanager
    def _view(self, request: pytest.FixtureRequest) -> Iterator[MailTrap]:
        item = request.node
        marked = _marked(item)
        self._level(marked)  # says what is wrong
        marked.pop("strict", None)
        isolation = marked.pop("isolation", None)
        if isolation not in (None, "view", "server"):
            raise UsageError(f'isolation = {isolation!r} is neither "view" nor "server"')
        own = [name for name in marked if name != "timeout"]
        if own and isolation == "view":
            raise UsageError(
                f'isolation="view" has the server of the session, which cannot be given'
                f" {', '.join(own)}; leave it out"
            )
        if own or isolation == "server":
            settings = {**request.getfixturevalue("mailtrap_settings"), "port": 0, **marked}
            made(settings)
            with MailTrap(**settings) as trap:
                why = f"@pytest.mark.mailtrap({'=..., '.join(own or ['isolation'])}=...)"
                note = f"this test has a server of its own, {trap.url}, for {why};"
                with self._elsewhere(item, note):
                    _heard(item).insert(0, _Heard(trap))
                    yield trap
            return
        server = request.getfixturevalue("mailtrap_server")
        with self._slate(server, item, **marked) as trap:
            _heard(item).insert(0, _Heard(trap))
            yield trap

    @contextmanager
    def _slate(self, server: MailTrap, item: pytest.Item, **options: Any) -> Iterator[MailTrap]:
        """A view of that server for a test."""
        self.tell_late()
        trap = server.view(item.nodeid, **options)
        try:
            yield trap
        finally:
            trap.stop()
            self.tell_late()

    @contextmanager
    def _elsewhere(self, item: pytest.Item, note: str) -> Iterator[None]:
        """Hear what goes to the server of the session while a test has one of its own."""
        if self._server is None:
            yield
            return
        title = f"{_TITLE} of {self._server.url}"
        with self._slate(self._server, item) as trap:
            note = f"{note} this went to that of the session:\n\n"
            _heard(item).append(_Heard(trap, title, note))
            yield

    @contextmanager
    def factory(self, item: pytest.Item) -> Iterator[Callable[..., MailTrap]]:
        """Makes servers that end with the block."""
        running: list[MailTrap] = []

        def make(**arguments: Any) -> MailTrap:
            made(arguments)
            trap = MailTrap(**arguments).start()
            running.append(trap)
            _heard(item).append(_Heard(trap, f"{_TITLE} of {trap.url}"))
            return trap

        try:
            yield make
        finally:
            for trap in running:
                trap.stop()

    def close(self) -> None:
        """Stop the server of the session."""
        self._environment.undo()
        if self._server is not None:
            self._server.stop()
            self._server = None

    def begin(self) -> None:
        """A test begins, and those before it have nothing to do with what comes now."""
        if self._server is not None:
            self._server.leave_last_view()

    # Verdicts

    def check(self, item: pytest.Item) -> None:
        """Fail the test for rules that were never used, and for errors where it is strict."""
        traps = [each.trap for each in _heard(item) if not each.note]
        if not traps:
            return
        with _told_plainly():
            level = self._level(_marked(item))
        for trap in traps:
            if unused := trap.unused_rules:
                rows = "".join(f"\n  {described(each.fault)}" for each in unused)
                many = "1 rule was" if len(unused) == 1 else f"{len(unused)} rules were"
                pytest.fail(
                    f"{many} never used:{rows}\nthe code under test did not come so far, or the"
                    " rule does not fit what it does; say optional=True where that may be",
                    pytrace=False,
                )
            if level:
                failure = ""
                try:
                    trap.assert_clean(level=level)
                except AssertionError as error:
                    failure = f"{error}\n(the test is strict)"
                if failure:
                    pytest.fail(failure, pytrace=False)

    def _level(self, marked: Mapping[str, Any]) -> Any:
        """From which severity on the mail of a test fails it; "" for none."""
        if "strict" in marked:
            return level_of("strict", marked["strict"])
        return level_of("mailtrap_strict", setting(self._config, "strict"))

    def report(self, item: pytest.Item, report: pytest.TestReport) -> None:
        """Add what was said to a report of failure, and write it down if asked."""
        for each in _heard(item):
            with suppress(MailtrapError):  # in a forked child
                found = said(each.trap, fold=True)
                if found and each.title not in dict(report.sections):
                    report.sections.append((each.title, each.note + clipped(found)))
        if directory := setting(self._config, "artifacts"):
            target = self._config.rootpath / directory / file_name(item.nodeid)
            try:
                keep([each.trap for each in _heard(item)], target)
            except OSError as error:
                why = f"mail and transcript cannot be written to {target}: {error.strerror}"
                report.sections.append(("mailtrap: artifacts", why))

    def forget(self, item: pytest.Item) -> None:
        """Let the mail of a test go, once all is told: pytest keeps each test to the end."""
        _heard(item).clear()

    def tell_late(self) -> None:
        """Warn of mail that came when the test that sent it was over, under that test's name."""
        if self._server is None:
            return
        for nodeid, message in self._server.take_late():
            text = (
                f"{message_described(message)} came when this test was over; wait for it in the"
                " test: mailtrap.wait_for(...), unless a fixture sent it that ends later"
            )
            _warn(self._config, nodeid, text)


def _warn(config: pytest.Config, nodeid: str, text: str) -> None:
    """Show a warning under the name of a test that is over, unless filters are against it."""
    warning, path = MailtrapWarning(text), nodeid.partition("::")[0]
    with warnings.catch_warnings(record=True) as shown:
        try:
            warnings.warn_explicit(warning, None, path, 1)
            is_shown = bool(shown)
        except MailtrapWarning:  # raised, it would fail whatever test runs now
            is_shown = True
    if is_shown and config.pluginmanager.hasplugin("warnings"):
        # warnings.warn would put it under whatever test runs now, too.
        config.hook.pytest_warning_recorded.call_historic(
            kwargs={
                "warning_message": warnings.WarningMessage(
                    warning, MailtrapWarning, path, 1, line=""
                ),
                "when": "runtest",
                "nodeid": nodeid,
                "location": None,
            }
        )


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Fail with the sentence alone: what is wrong is in settings or a marker, not in this code."""
    try:
        yield
    except MailtrapError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


def _heard(item: pytest.Item) -> list[_Heard]:
    """Those that may have heard something of a test, until its last report."""
    return item.stash.setdefault(_HEARD, [])


def _marked(item: pytest.Item) -> dict[str, Any]:
    """Keywords of the markers of a test, those nearest to it last."""
    found: dict[str, Any] = {}
    for mark in reversed(list(item.iter_markers("mailtrap"))):
        if mark.args:
            raise UsageError('@pytest.mark.mailtrap takes keywords only, such as tls="starttls"')
        found |= mark.kwargs
    return found
