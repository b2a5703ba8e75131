"""``mailtrap run``: a server for the life of another command."""

import os
import signal
import subprocess
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mailtrap.cli import tell
from mailtrap.errors import UsageError
from mailtrap.parsers import Parser
from mailtrap.setting_files import sources
from mailtrap.setting_groups import RunSettings, Settings
from mailtrap.settings import HEADLESS_ONLY, add_options, option, parse, parser

if TYPE_CHECKING:
    from mailtrap.cli.listening import Listening

# As env(1), sh(1) and others have it.
EX_CANNOT, EX_NOT_FOUND, EX_SIGNAL = 126, 127, 128
DESCRIPTION = """\
Run a command with a server of its own, on a free port unless --port says
otherwise.  The command finds it in SMTP_HOST, SMTP_PORT and SMTP_URL, and mailtrap
send and sendmail find it as well; with --maildir mailtrap list, show and wait find
what was sent.  Signals are passed on to the command, and its exit code is that of
mailtrap; one that a signal ended has 128 and the signal's number."""
EXAMPLES = """\
mailtrap run -- pytest
mailtrap run --env MAIL_URL=smtp://{host}:{port} --maildir mails -- npm test"""
_NAMES = "{host}, {port}, {url}, {smtps_port} and {ca}"
_PASSED_ON = ("SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2")
_FROM_KEYS = ("SIGINT", "SIGQUIT")  # Ctrl+C, Ctrl+\


def command_line() -> Parser:
    """What it takes, but for the command to run."""
    # Its port is not that of settings, which a server has that somebody watches.
    options = parser("mailtrap run", DESCRIPTION, EXAMPLES, without=(*HEADLESS_ONLY, "port"))
    options.usage = "mailtrap run [OPTIONS] -- COMMAND [ARGUMENTS]"
    options.add_argument("--port", metavar="PORT", help="port to listen on (default a free one)")
    add_options(options, RunSettings)
    return options


def run(words: Sequence[str]) -> int:
    """Run the command behind ``--``; returns its exit code."""
    ours, command = _split(words)
    arguments = _parsed(ours, is_split=len(ours) < len(words))
    if not command:
        raise UsageError("there is no command to run; write it behind --: mailtrap run -- pytest")
    # Ports of settings are those of the server that somebody watches.
    given = sources(arguments)
    settings: RunSettings = given.of(RunSettings)
    arguments.port = arguments.port or "0"
    if given.given(option(Settings, "smtps_port")).by in ("environment", "file"):
        arguments.smtps_port = "0"
    from mailtrap.cli.listening import listening
    from mailtrap.smtp.server import ServerThread

    # Around all of it: what is not passed on would end us, and leave things behind.
    with _signals() as passed_on, listening(arguments) as bound:
        bound.publish_ca()
        environment = {**os.environ, **_environment(bound, settings.env)}
        thread = ServerThread(bound.server)
        thread.start()
        try:
            with bound.following_faults(lambda sentence, _error: tell(sentence)):
                return _run(command, environment, passed_on)
        finally:
            thread.stop()


def _parsed(words: Sequence[str], *, is_split: bool) -> Namespace:
    """Our own options; where no ``--`` was there, the command may be among them."""
    try:
        return parse(command_line(), words)
    except UsageError as error:
        if is_split:
            raise
        raise UsageError(
            f"{error}; what is to run goes behind --: mailtrap run -- pytest"
        ) from error


def _split(words: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    if "--" not in words:
        return words, ()
    at = list(words).index("--")
    return words[:at], words[at + 1 :]


def _environment(bound: "Listening", wanted: Sequence[str]) -> dict[str, str]:
    host, port = bound.server.addresses[0]
    url = f"smtp://{f'[{host}]' if ':' in host else host}:{port}"
    smtps = bound.server.smtps_addresses
    known = {
        "host": host,
        "port": port,
        "url": url,
        "smtps_port": smtps[0][1] if smtps else "",
        "ca": str(bound.certificates.ca or ""),
    }
    found = {"SMTP_HOST": host, "SMTP_PORT": str(port), "SMTP_URL": url, "MAILTRAP_URL": url}
    if bound.maildir is not None:
        found["MAILTRAP_MAILDIR"] = str(bound.maildir.path.absolute())
    return found | dict(_filled(each, known) for each in wanted)


def _filled(text: str, known: Mapping[str, object]) -> tuple[str, str]:
    name, _, value = text.partition("=")
    try:
        return name, value.format_map(known)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(
            f"--env: {text!r} cannot be filled in ({error}); there are {_NAMES}; {{{{ is a brace"
        ) from error


def _run(command: Sequence[str], environment: Mapping[str, str], passed_on: "_Signals") -> int:
    try:
        child = subprocess.Popen(command, env=environment)  # noqa: S603 what the user asked for
    except FileNotFoundError:
        tell(f"there is no command {command[0]!r}")
        return EX_NOT_FOUND
    except OSError as error:
        tell(f"cannot run {command[0]!r}: {error.strerror}")
        return EX_CANNOT
    passed_on.to(child)
    code = child.wait()
    return code if code >= 0 else EX_SIGNAL - code


class _Signals:
    """Passes on what comes, also before there is a command; to one that has ended, nothing."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[Any] | None = None
        self._early: list[int] = []

    def __call__(self, number: int, _frame: object) -> None:
        if self._child is None:
            self._early.append(number)
        elif not _comes_from_keys(number):
            # Does nothing where the child has ended.
            self._child.send_signal(number)

    def to(self, child: "subprocess.Popen[Any]") -> None:
        """It is there now."""
        self._child = child
        for number in self._early:
            child.send_signal(number)


@contextmanager
def _signals() -> Iterator[_Signals]:
    """Signals are passed on for the length of a block; behind it they do nothing any more."""
    passed_on = _Signals()
    numbers = [getattr(signal, name) for name in _PASSED_ON if hasattr(signal, name)]
    # What is ignored (nohup) stays so, for the command as well.
    heard = [number for number in numbers if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, passed_on) for number in heard}
    try:
        yield passed_on
    except BaseException:
        for number, handler in before.items():
            signal.signal(number, handler)
        raise
    # All is done but for Python's own end, in which handlers of ours are heard no more.
    for number in before:
        signal.signal(number, signal.SIG_IGN)


def _comes_from_keys(number: int) -> bool:
    """Somebody pressed Ctrl+C, and the terminal tells the child itself."""
    if signal.Signals(number).name not in _FROM_KEYS:
        return False
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except (OSError, AttributeError):  # no terminal; Windows
        return os.name == "nt"
