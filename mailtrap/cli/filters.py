"""Options and words that say which messages are meant: the same for every command that asks."""

import os
import re
import shlex
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Collection, Sequence
from datetime import datetime

from mailtrap.errors import QueryError, UsageError
from mailtrap.query import Query, parse
from mailtrap.query_times import age_of, time_of
from mailtrap.query_words import quoted

GRAMMAR = """\
A filter is words in subject or addresses, from: to: subject: body: header:Name=text,
id: session: ip: size:>100k age:<5m after:12:00 before:2024-05-31, has:attachment
(html, text, cid, link, otp), is:unread (read, error, warning, rejected, tls, utf8),
issue:RULE; "two words", /regex/, -not, OR, (parentheses).  mailtrap help filters says more."""

_NEGATED = re.compile(r'-(?=[A-Za-z][A-Za-z-]*:|["(/~])')


def add_filter(parser: ArgumentParser, *, first: str = "") -> None:
    """The options of a filter and its words; ``first``: what the first word is instead."""
    words = f"{first}, FILTER" if first else "FILTER"
    parser.add_argument("words", nargs="*", metavar=words, help="which messages: see above")
    parser.add_argument("--to", metavar="TEXT", help="in To, Cc, Bcc or a forward-path")
    parser.add_argument("--from", dest="sender", metavar="TEXT", help="in From or reverse-path")
    parser.add_argument("--subject", metavar="TEXT", help="in the subject")


def add_since(parser: ArgumentParser) -> None:
    """The option that leaves out what is older."""
    parser.add_argument(
        "--since", metavar="TIME", help="not before that: 5m, 2h, 3d (ago), 12:00, 2024-05-31"
    )


def count(text: str) -> int:
    """A whole number from 1 on, of an option."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 10**9:
        raise ArgumentTypeError(f"{text!r} is no count; give a whole number from 1 on")
    return int(text)


def parsed(parser: ArgumentParser, words: Sequence[str]) -> Namespace:
    """The arguments; ``-from:ann`` is a filter and no option, as all is behind ``--``."""
    stop = words.index("--") if "--" in words else len(words)
    options = [_NEGATED.sub("!", word, count=1) for word in words[:stop]]
    behind = [f"!{word[1:]}" if word[:1] == "-" != word else word for word in words[stop + 1 :]]
    return parser.parse_intermixed_args([*options, *behind])


def query_of(arguments: Namespace, words: Sequence[str], now: datetime) -> Query:
    """The filter that the arguments and those words are together.  Raises UsageError."""
    text = " ".join(words)
    try:
        query = parse(text, now=now, rules=_rules)  # alone first: its errors tell where
    except QueryError as error:
        if directory := next(filter(os.path.isdir, words), ""):
            raise UsageError(
                f"{directory!r} is a directory and no filter; a maildir is named with"
                f" --maildir {shlex.quote(directory)}"
            ) from error
        raise
    options = [
        f"{field}:{quoted(value)}"
        for field, value in (
            ("to", arguments.to),
            ("from", arguments.sender),
            ("subject", arguments.subject),
        )
        if value
    ]
    if since := getattr(arguments, "since", None):
        options.append(_since(since, now))
    if not options:
        return query
    own = [] if query.is_empty else [f"({text})"]
    return parse(" ".join([*options, *own]), now=now, rules=_rules)


def _since(text: str, now: datetime) -> str:
    if age_of(text) is not None:
        return f"age:<={text}"
    if time_of(text, now) is None:
        raise UsageError(
            f"--since: {text!r} is no time; write 5m, 2h, 3d, 12:00, 2024-05-31, today"
        )
    return f"after:{quoted(text)}"


def _rules() -> Collection[str]:
    from mailtrap.lint.catalogue import RULES

    return RULES
