"""The command line: which command was meant, and the exit code of what went wrong.

Exit codes: 0 done, 1 found (``check``), refused (``send``) or nothing matched (all others), 2
usage, 69 cannot listen, no maildir or no server, 70 a bug, 74 input cannot be read or output not be
written (sysexits.h where it has a word for it); 130 interrupted before there was a server, 141
nobody reads the output any more, such as ``head -1``; the screen ends with 129 and 143 on SIGHUP
and SIGTERM, ``serve`` with 0, ``run`` with what the command it ran ended with.  ``sendmail`` has
codes of its own.
"""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from mailtrap.cli.interrupts import ending_on_interrupt
from mailtrap.cli.output import flush, say
from mailtrap.cli.progress import hidden
from mailtrap.cli.streams import complain
from mailtrap.errors import (
    HelpAsked,
    ListenError,
    MailtrapError,
    OutputError,
    ReadError,
    RefusedError,
    StoreError,
    UnreachableError,
    UnreadError,
    UsageError,
)
from mailtrap.sanitize import sanitize_lines

COMMANDS = {
    "serve": "take mail without a screen, one line per event",
    "view": "show a maildir on a screen, whoever writes it",
    "run": "another command, with a server of its own for as long as it runs",
    "faults": "make the server fail on purpose: how, and check a file of rules",
    "list": "the messages of a maildir, or those that match a filter",
    "show": "one of them: its text, source, links, code, transcript",
    "wait": "until a message comes that matches a filter",
    "export": "messages as .eml files, mbox, maildir, zip or JSON",
    "clear": "remove messages from a maildir",
    "tail": "what happens in a maildir, one line per event",
    "send": "a mail, your own or one of many to look at, well-made or broken",
    "sendmail": "takes the place of sendmail: for PHP, cron, git and others",
    "check": "what is wrong with messages in files, for people, CI and editors",
    "rules": "all that can be wrong, by chapter",
    "settings": "what is set, and where: option, environment, file; and keys",
    "explain": "why something is wrong, how to mend it, who would refuse it",
    "help": "more on a topic or a command; alone it lists the topics",
    "doctor": "whether this machine has what mailtrap needs, and what to do",
    "completion": "what makes bash, zsh or fish complete commands and options",
    "service": "a file that starts it with the session: systemd, launchd, compose",
}
# What help puts under one heading; every command is under one.
GROUPS = {
    "take mail": ("serve", "run", "faults", "service"),
    "send mail": ("send", "sendmail"),
    "read what was taken": ("view", "list", "show", "wait", "tail", "export", "clear"),
    "find what is wrong": ("check", "rules", "explain"),
    "find your way": ("help", "settings", "doctor", "completion"),
}
SENDMAIL = {  # what a link to this may be called
    "sendmail": ("sendmail",),
    "mailq": ("sendmail", "-bp"),
    "newaliases": ("sendmail", "-bi"),
}
EX_FOUND = EX_NO_MATCH = EX_REFUSED = 1
EX_USAGE, EX_UNAVAILABLE, EX_SOFTWARE, EX_IOERR, EX_INTERRUPTED = 2, 69, 70, 74, 130
EX_UNREAD = 141  # as a shell calls the end by SIGPIPE


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    # Not list(): once the command of that name is imported it is that module here.
    words = [*(_called() if arguments is None else arguments)]
    try:
        return _run(words)
    except UsageError as error:
        return _fail(error, EX_USAGE)
    except RefusedError as error:
        return _fail(error, EX_REFUSED)
    except (ListenError, StoreError, UnreachableError) as error:
        return _fail(error, EX_UNAVAILABLE)
    except UnreadError:
        return EX_UNREAD
    except (ReadError, OutputError) as error:
        return _fail(error, EX_IOERR)
    except MailtrapError as error:
        return _fail(error, EX_SOFTWARE)
    except KeyboardInterrupt:
        return EX_INTERRUPTED
    except Exception:  # noqa: BLE001 a bug must not pass for "found", which is 1
        return _fail_of_bug()


def _called() -> list[str]:
    """The words of the command line; who calls it sendmail wants that."""
    name = sys.argv[0].replace("\\", "/").rpartition("/")[2]
    return [*SENDMAIL.get(name, ()), *sys.argv[1:]]


def _run(words: list[str]) -> int:
    command, rest = "screen", words
    if words and not words[0].startswith("-"):
        if words[0] not in COMMANDS:
            raise UsageError(_unknown(words[0]))
        command, rest = words[0], words[1:]
    with ending_on_interrupt(EX_INTERRUPTED):
        return _run_command(command, rest)


def _run_command(command: str, words: Sequence[str]) -> int:
    # Only this one: the others would cost their imports.
    run: Callable[[Sequence[str]], int] = import_module(f"mailtrap.cli.{command}").run
    try:
        code = run(words)
    except HelpAsked as asked:
        say(str(asked).removesuffix("\n"))
        code = 0
    flush()
    return code


def _unknown(word: str) -> str:
    import difflib

    close = difflib.get_close_matches(word, COMMANDS, 1)
    hint = f"did you mean {close[0]!r}?" if close else "see mailtrap --help"
    return f"there is no command {word!r}; {hint}"


def _fail(error: Exception, code: int) -> int:
    if str(error):
        tell(str(error))
    return code


def _fail_of_bug() -> int:
    """Say where it is, for a report."""
    import traceback

    with hidden():
        complain(traceback.format_exc())
    tell("this is a bug in mailtrap; what is above says where")
    return EX_SOFTWARE


def tell(sentence: str) -> None:
    """Say something to the person who called, on stderr; where that cannot be, nothing.

    It may name what came from the wire, such as the ids of a stranger's messages.
    """
    with hidden():
        complain(f"mailtrap: {sanitize_lines(sentence)}\n")
