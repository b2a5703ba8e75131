"""The command line: which command was meant, and the exit code of what went wrong.

Exit codes: 0 done, 2 usage, 69 cannot listen, 70 a bug, 74 output cannot be written (sysexits.h
where it has a word for it); 130 interrupted before there was a server; the screen ends with 129
and 143 on SIGHUP and SIGTERM, ``serve`` with 0.
"""

import sys
from collections.abc import Sequence

from mailtrap.errors import ListenError, MailtrapError, UsageError

COMMANDS = {
    "serve": "take mail without a screen, one line per event",
    "faults": "make the server fail on purpose: how, and check a file of rules",
}
EX_USAGE, EX_UNAVAILABLE, EX_SOFTWARE, EX_IOERR, EX_INTERRUPTED = 2, 69, 70, 74, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(words)
    except UsageError as error:
        return _fail(error, EX_USAGE)
    except ListenError as error:
        return _fail(error, EX_UNAVAILABLE)
    except MailtrapError as error:
        return _fail(error, EX_SOFTWARE)
    except KeyboardInterrupt:
        return EX_INTERRUPTED


def _run(words: list[str]) -> int:
    if words and not words[0].startswith("-"):
        if words[0] not in COMMANDS:
            raise UsageError(_unknown(words[0]))
        if words[0] == "faults":
            from mailtrap.cli import faults

            return faults.run(words[1:])
        from mailtrap.cli import serve

        return serve.run(words[1:])
    from mailtrap.cli import screen

    return screen.run(words)


def _unknown(word: str) -> str:
    import difflib

    close = difflib.get_close_matches(word, COMMANDS, 1)
    hint = f"did you mean {close[0]!r}?" if close else "see mailtrap --help"
    return f"there is no command {word!r}; {hint}"


def _fail(error: Exception, code: int) -> int:
    tell(str(error))
    return code


def tell(sentence: str) -> None:
    """Say something to the person who called, on stderr; where that is closed, nothing."""
    if sys.stderr is not None:  # print would take stdout then, which is for data
        print(f"mailtrap: {sentence}", file=sys.stderr)
