"""The settings of a server: options, environment and a table, resolved into one frozen value.

Pure: nothing is read here.  An option on the command line wins over its environment variable,
that over the table (``[tool.mailtrap]``), that over the default.
"""

import argparse
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from mailtrap.errors import UsageError
from mailtrap.parsers import Parser, bare_parser

_SUFFIXES = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30}
_SIZE = re.compile(r"(\d+)\s*([kmg]?)i?b?", re.IGNORECASE)
_AGES = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}  # seconds
_AGE = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*([smhdw])|0", re.IGNORECASE | re.ASCII)
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})
LEVELS = ("error", "warning", "info", "none")


def _words(text: str) -> tuple[str, ...]:
    words = tuple(word.strip() for word in text.split(",") if word.strip())
    if not words:
        raise ValueError("is empty; leave it out or name at least one")
    return words


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise ValueError("is not a port; give a number from 0 to 65535 (0 takes a free one)")
    return int(text)


def _path(text: str) -> Path:
    if not text or "\0" in text:
        raise ValueError("is no path of a file")
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise ValueError("has a home directory that cannot be found") from error


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError("is not a count; give a whole number (0 means no limit)")
    return int(text)


def _size(text: str) -> int:
    found = _SIZE.fullmatch(text)
    if not found:
        raise ValueError("is not a size; give octets, or a number with K, M or G, such as 64M")
    return int(found[1]) * _SUFFIXES[found[2].lower()]


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 1e9:
        raise ValueError("is not a time; give seconds, such as 300 or 0.5 (0 means never)")
    return seconds


def _age(text: str) -> float:
    found = _AGE.fullmatch(text)
    if not found:
        raise ValueError(
            "is not an age; give a number with s, m, h, d or w, such as 12h or 3d (0 means any age)"
        )
    return float(found[1]) * _AGES[found[2].lower()] if found[1] else 0.0


def _flag(text: str) -> bool:
    lowered = text.lower()
    if lowered not in _TRUE | _FALSE:
        raise ValueError("is neither yes nor no; give one of 1, 0, true, false, yes, no, on, off")
    return lowered in _TRUE


def _name(text: str) -> str:
    if not re.fullmatch(r"[!-~]+", text):
        raise ValueError("is not a host name; give one word of ASCII letters, digits and dots")
    return text


def _changes(text: str) -> tuple[str, ...]:
    """Changes to the EHLO list: each ``-KEYWORD`` or ``+KEYWORD``, perhaps with an argument."""
    changes = _words(text)
    for change in changes:
        if not re.fullmatch(r"[+-][A-Za-z0-9][A-Za-z0-9-]*(?: [ -~]+)?", change):
            raise ValueError(
                f"has {change!r}, which is no change to the EHLO list; write +KEYWORD or"
                " -KEYWORD, such as -CHUNKING,+X-NEW"
            )
    return changes


def _level(text: str) -> str:
    if text not in LEVELS:
        raise ValueError(f"is no level; give one of {', '.join(LEVELS)}")
    return text


def _user(text: str) -> tuple[str, str]:
    name, colon, password = text.partition(":")
    if not colon:
        raise ValueError("has a user without a colon; give name:password")
    if not name:
        raise ValueError("has a user without a name; give name:password")
    return name, password


def _option(
    read: Callable[[str], Any], help_: str, metavar: str = "", *, default: Any, usual: str = ""
) -> Any:
    """A field; ``usual`` says what the default comes to where its value does not."""
    metadata = {"read": read, "help": help_, "metavar": metavar, "usual": usual}
    return field(default=default, metadata=metadata, repr=read is not _user)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a server can be told.  Sizes in octets, times in seconds, 0 means no limit."""

    host: tuple[str, ...] = _option(
        _words, "address to listen on; can be given more than once", "HOST", default=("localhost",)
    )
    port: int = _option(_port, "port to listen on; 0 takes a free one", "PORT", default=1025)
    hostname: str = _option(
        _name, "what the server calls itself in its greeting", "NAME", default="mailtrap.localhost"
    )
    max_size: int = _option(
        _size, "largest message to take whole, such as 64M; past it 552", "SIZE", default=64 * 2**20
    )
    timeout: float = _option(
        _seconds, "seconds a client may be silent before it hears 421", "SECONDS", default=300.0
    )
    max_messages: int = _option(
        _count,
        "messages (and sessions) to keep; the oldest make room",
        "N",
        default=10_000,
        usual="10000; none with --maildir",
    )
    max_bytes: int = _option(
        _size,
        "octets of messages (and of sessions) to keep, such as 1G",
        "SIZE",
        default=2**30,
        usual="1G; none with --maildir",
    )
    maildir: Path | None = _option(
        _path, "keep mail and transcripts in this maildir instead of in memory", "DIR", default=None
    )
    fsync: bool = _option(
        _flag, "mail in the maildir outlives a loss of power; slow", default=False
    )
    max_age: float = _option(
        _age,
        "drop what is older from the maildir, such as 12h or 3d",
        "AGE",
        default=0.0,
        usual="any age is kept",
    )
    ehlo: tuple[str, ...] = _option(
        _changes, "change the EHLO list, such as -CHUNKING,+X-NEW", "CHANGES", default=()
    )
    strict_eod: bool = _option(
        _flag, "only <CR><LF>.<CR><LF> ends mail data, however long the client waits", default=False
    )
    trust_xclient: bool = _option(
        _flag, "let clients say with XCLIENT and XFORWARD for whom they speak", default=False
    )
    tls: bool = _option(
        _flag,
        "offer STARTTLS, with a throwaway certificate unless --tls-cert is given",
        default=False,
    )
    tls_cert: Path | None = _option(
        _path, "certificate to show, with those between it and its CA, in PEM", "FILE", default=None
    )
    tls_key: Path | None = _option(
        _path, "key of --tls-cert, where it is in a file of its own", "FILE", default=None
    )
    tls_ca: Path | None = _option(
        _path, "where to write the CA of the throwaway certificate", "FILE", default=None
    )
    tls_client_ca: Path | None = _option(
        _path, "ask clients for a certificate that this CA has signed", "FILE", default=None
    )
    smtps_port: int | None = _option(
        _port,
        "port where TLS comes first (465 elsewhere); 0 takes a free one",
        "PORT",
        default=None,
    )
    require_tls: bool = _option(
        _flag, "refuse mail in clear text: 530 until STARTTLS", default=False
    )
    sniff: bool = _option(
        _flag, "take TLS on the plain port, too, where a client begins with it", default=False
    )
    faults: Path | None = _option(
        _path, "rules for what goes wrong on purpose; see mailtrap faults", "FILE", default=None
    )
    no_magic: bool = _option(
        _flag, "550@fault.test and its like are recipients as any other", default=False
    )
    user: tuple[tuple[str, str], ...] = _option(
        _user,
        "a user whom AUTH lets in, and then no others; can be given more than once",
        "NAME:PASSWORD",
        default=(),
    )
    show_secrets: bool = _option(
        _flag, "show passwords and tokens instead of a mask", default=False
    )
    json: bool = _option(_flag, "one JSON object a line", default=False)
    transcript: bool = _option(_flag, "each command and reply as well", default=False)
    level: str | None = _option(
        _level,
        "least severe diagnostics to write: error, warning, info, or none of them",
        "LEVEL",
        default=None,
        usual="warning; info with --json or --transcript",
    )


HEADLESS_ONLY = ("json", "transcript", "level")


# What help puts under one heading; every option is under one.
GROUPS = {
    "where it listens": ("host", "port", "smtps_port", "sniff"),
    "what it keeps": ("maildir", "fsync", "max_age", "max_messages", "max_bytes"),
    "what it answers": (
        "hostname",
        "ehlo",
        "user",
        "max_size",
        "timeout",
        "strict_eod",
        "trust_xclient",
    ),
    "TLS": ("tls", "require_tls", "tls_cert", "tls_key", "tls_ca", "tls_client_ca"),
    "failing on purpose": ("faults", "no_magic"),
    "what it shows": ("show_secrets", "json", "transcript", "level"),
}


def parse(parser: argparse.ArgumentParser, words: Sequence[str]) -> argparse.Namespace:
    """The arguments in ``words``.  ``--ehlo -CHUNKING`` works, which argparse alone refuses."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] == "--ehlo":
            joined[-1] = f"--ehlo={word}"
        else:
            joined.append(word)
    return parser.parse_args(joined)


def parser(
    prog: str, description: str, examples: str = "", *, without: Sequence[str] = ()
) -> Parser:
    """A parser for all options but those named in ``without``; values stay text."""
    made = bare_parser(prog, description, examples)
    made.usage = f"{prog} [OPTIONS]"
    options = {option.name: option for option in fields(Settings) if option.name not in without}
    for heading, names in GROUPS.items():
        group = made.add_argument_group(heading)
        for name in names:
            if name in options:
                _add(group, options.pop(name))
    for option in options.values():
        _add(made, option)
    return made


def _add(to: argparse._ActionsContainer, option: Any) -> None:
    flag = f"--{option.name.replace('_', '-')}"
    text = option.metadata["help"]
    if option.metadata["read"] is _flag:
        to.add_argument(flag, action="store_const", const="yes", help=text)
    else:
        many = "append" if isinstance(option.default, tuple) else "store"
        metavar = option.metadata["metavar"]
        to.add_argument(flag, action=many, metavar=metavar, help=f"{text}{_usual(option)}")


def _usual(option: Any) -> str:
    if option.metadata["usual"]:
        return f" (default {option.metadata['usual']})"
    if option.default is None or option.default == ():
        return ""
    value: Any = ",".join(option.default) if isinstance(option.default, tuple) else option.default
    for suffix, unit in (("G", 2**30), ("M", 2**20)):
        if option.metadata["read"] is _size and value % unit == 0:
            return f" (default {value // unit}{suffix})"
    return f" (default {value:g})" if isinstance(value, float) else f" (default {value})"


def resolve(
    arguments: argparse.Namespace, environ: Mapping[str, str], table: Mapping[str, Any]
) -> Settings:
    """The settings that ``arguments`` (of ``parse``), ``MAILTRAP_*`` and the table give.

    Raises UsageError that names the option or variable, its value and what it may be.
    """
    values: dict[str, Any] = {}
    for option in fields(Settings):
        flag = f"--{option.name.replace('_', '-')}"
        variable = f"MAILTRAP_{option.name.upper()}"
        given = getattr(arguments, option.name, None)
        if given is not None:
            values[option.name] = _read(option, flag, given)
        elif environ.get(variable):
            values[option.name] = _read(option, variable, environ[variable])
        elif option.name in table:
            values[option.name] = _read(option, f"{option.name} in the table", table[option.name])
    if values.get("maildir") is not None:
        values = {"max_messages": 0, "max_bytes": 0, **values}
    return Settings(**values)


def _read(option: Any, source: str, given: Any) -> Any:
    if option.metadata["read"] is _user:
        return _read_users(source, given)
    if isinstance(given, list):
        given = ",".join(map(str, given))
    if isinstance(given, bool):
        given = "yes" if given else "no"
    try:
        return option.metadata["read"](str(given))
    except ValueError as error:
        raise UsageError(f"{source}: {str(given)!r} {error}") from error


def _read_users(source: str, given: Any) -> tuple[tuple[str, str], ...]:
    """Users of a list, each one whole, or of a text with commas between them.

    Blanks before a name go, all others may belong to a password.  No password is in an error.
    """
    is_list = isinstance(given, list)
    texts = [str(x) for x in given] if is_list else [x.lstrip() for x in str(given).split(",")]
    try:
        return tuple(_user(text) for text in texts)
    except ValueError as error:
        hint = "" if is_list else " (a comma ends a password here)"
        raise UsageError(f"{source}: {error}{hint}") from error
