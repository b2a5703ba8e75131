"""Every error mailtrap raises on purpose.

MailtrapError
├── UsageError      an option or an argument cannot be used as given
│   ├── FaultsError a rule for faults cannot be used as written
│   └── QueryError  a filter cannot be read
├── ListenError     a socket cannot listen where it was told to
├── ReadError       a file cannot be read
├── OutputError     what is to be shown cannot be written
│   └── UnreadError nobody reads it any more
├── SendError       no server takes the mail
│   ├── UnreachableError  nothing answers, or not any more
│   └── RefusedError      a server answers, but says no
└── StoreError      a message could not be kept; the client hears 452

HelpAsked is none of them, and ends a command as they do.

Errors are about mailtrap and its caller.  What is wrong with the mail or its sender is a
diagnostic: a value, never raised.
"""


class MailtrapError(Exception):
    """What was tried, with which value, and what may help."""


class UsageError(MailtrapError):
    """An option or an argument cannot be used as given."""


class FaultsError(UsageError):
    """A rule for faults cannot be used as written."""

    def __init__(self, sentence: str, key: str = "") -> None:
        """``key``: the part of the rule that is wrong, as a faults file calls it; "" is all."""
        super().__init__(sentence)
        self.key = key


class QueryError(UsageError):
    """A filter cannot be read."""

    def __init__(self, what: str, remedy: str, text: str, start: int, end: int) -> None:
        """``start`` and ``end``: the characters of ``text`` that are wrong, one at least."""
        self.what = what
        self.remedy = remedy
        self.position = start
        self.end = min(max(end, start + 1), len(text))
        self.read = text[start : self.end]
        super().__init__(f"filter: {what}, at character {start + 1}: {self.read!r}; {remedy}")


class ListenError(MailtrapError):
    """A socket cannot listen where it was told to."""


class ReadError(MailtrapError):
    """A file cannot be read."""


class OutputError(MailtrapError):
    """Output cannot be written."""


class UnreadError(OutputError):
    """Whoever read the output has had enough."""


class SendError(MailtrapError):
    """No server takes the mail."""


class UnreachableError(SendError):
    """Nothing answers, or not any more, or it is no SMTP server."""


class RefusedError(SendError):
    """A server answers, but says no."""

    def __init__(self, command: str, reply: bytes, text: str) -> None:
        """``reply``: its octets; ``text``: the same on one line."""
        self.command = command
        self.reply = reply
        super().__init__(f"the server refused {command}: {text}")


class StoreError(MailtrapError):
    """A message could not be kept.  Nothing that was kept before is lost by it."""


class HelpAsked(Exception):  # noqa: N818 - nothing is wrong
    """Whoever called a command asked for this text and for nothing else."""
