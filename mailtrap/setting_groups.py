"""Every setting there is, in groups: what it may be, and what it is unless someone says.  Pure."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from mailtrap import setting_values as values
from mailtrap.setting_values import Kind

LEVELS = ("error", "warning", "info", "none")


def _option(kind: Kind, help_: str, metavar: str = "", *, default: Any, usual: str = "") -> Any:
    """A field; ``usual`` says what the default comes to where its value does not."""
    metadata = {"kind": kind, "help": help_, "metavar": metavar, "usual": usual}
    return field(default=default, metadata=metadata, repr=not kind.is_secret)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a server can be told.  Sizes in octets, times in seconds, 0 means no limit."""

    SECTION: ClassVar = ""

    host: tuple[str, ...] = _option(
        values.WORDS,
        "address to listen on; can be given more than once",
        "HOST",
        default=("localhost",),
    )
    port: int = _option(values.PORT, "port to listen on; 0 takes a free one", "PORT", default=1025)
    hostname: str = _option(
        values.NAME,
        "what the server calls itself in its greeting",
        "NAME",
        default="mailtrap.localhost",
    )
    max_size: int = _option(
        values.SIZE,
        "largest message to take whole, such as 64M; past it 552",
        "SIZE",
        default=64 * 2**20,
    )
    timeout: float = _option(
        values.SECONDS,
        "seconds a client may be silent before it hears 421",
        "SECONDS",
        default=300.0,
    )
    max_messages: int = _option(
        values.COUNT,
        "messages (and sessions) to keep; the oldest make room",
        "N",
        default=10_000,
        usual="10000; none with --maildir",
    )
    max_bytes: int = _option(
        values.SIZE,
        "octets of messages (and of sessions) to keep, such as 1G",
        "SIZE",
        default=2**30,
        usual="1G; none with --maildir",
    )
    maildir: Path | None = _option(
        values.PATH,
        "keep mail and transcripts in this maildir instead of in memory",
        "DIR",
        default=None,
    )
    fsync: bool = _option(
        values.FLAG, "mail in the maildir outlives a loss of power; slow", default=False
    )
    max_age: float = _option(
        values.AGE,
        "drop what is older from the maildir, such as 12h or 3d",
        "AGE",
        default=0.0,
        usual="any age is kept",
    )
    ehlo: tuple[str, ...] = _option(
        values.CHANGES, "change the EHLO list, such as -CHUNKING,+X-NEW", "CHANGES", default=()
    )
    strict_eod: bool = _option(
        values.FLAG,
        "only <CR><LF>.<CR><LF> ends mail data, however long the client waits",
        default=False,
    )
    trust_xclient: bool = _option(
        values.FLAG, "let clients say with XCLIENT and XFORWARD for whom they speak", default=False
    )
    tls: bool = _option(
        values.FLAG,
        "offer STARTTLS, with a throwaway certificate unless --tls-cert is given",
        default=False,
    )
    tls_cert: Path | None = _option(
        values.PATH,
        "certificate to show, with those between it and its CA, in PEM",
        "FILE",
        default=None,
    )
    tls_key: Path | None = _option(
        values.PATH, "key of --tls-cert, where it is in a file of its own", "FILE", default=None
    )
    tls_ca: Path | None = _option(
        values.PATH, "where to write the CA of the throwaway certificate", "FILE", default=None
    )
    tls_client_ca: Path | None = _option(
        values.PATH, "ask clients for a certificate that this CA has signed", "FILE", default=None
    )
    smtps_port: int | None = _option(
        values.PORT,
        "port where TLS comes first (465 elsewhere); 0 takes a free one",
        "PORT",
        default=None,
    )
    require_tls: bool = _option(
        values.FLAG, "refuse mail in clear text: 530 until STARTTLS", default=False
    )
    sniff: bool = _option(
        values.FLAG, "take TLS on the plain port, too, where a client begins with it", default=False
    )
    faults: Path | None = _option(
        values.PATH,
        "rules for what goes wrong on purpose; see mailtrap faults",
        "FILE",
        default=None,
    )
    no_magic: bool = _option(
        values.FLAG, "550@fault.test and its like are recipients as any other", default=False
    )
    user: tuple[tuple[str, str], ...] = _option(
        values.USERS,
        "a user whom AUTH lets in, and then no others; can be given more than once",
        "NAME:PASSWORD",
        default=(),
    )
    show_secrets: bool = _option(
        values.FLAG, "show passwords and tokens instead of a mask", default=False
    )
    json: bool = _option(values.FLAG, "one JSON object a line", default=False)
    transcript: bool = _option(values.FLAG, "each command and reply as well", default=False)
    level: str | None = _option(
        values.choice(*LEVELS, what="level"),
        "least severe diagnostics to write: error, warning, info, or none of them",
        "LEVEL",
        default=None,
        usual="warning; info with --json or --transcript",
    )


HEADLESS_ONLY = ("json", "transcript", "level")


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    """How the screen looks; None is as the user left it, or as fits the terminal."""

    SECTION: ClassVar = ""

    theme: str | None = _option(
        values.WORD, "colours of the screen", "NAME", default=None, usual="as chosen on the screen"
    )
    layout: str | None = _option(
        values.choice("beside", "above", "auto", what="layout"),
        "list and detail beside one another, one above the other, or auto: as fits",
        "LAYOUT",
        default=None,
        usual="as chosen on the screen, else auto",
    )
    split: int | None = _option(
        values.PERCENTAGE,
        "per cent of the panes that the list gets",
        "N",
        default=None,
        usual="as chosen on the screen, else about half",
    )
    images: str = _option(
        values.choice("auto", "kitty", "sixel", "blocks", "none", what="way to show images"),
        "attached images as pixels (kitty, sixel), half blocks, octets (none), or auto: as fits",
        "HOW",
        default="auto",
    )
    mouse: bool = _option(
        values.FLAG, "leave the mouse to the terminal, to select text as elsewhere", default=True
    )


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """What ``check`` looks for."""

    SECTION: ClassVar = "check"

    level: str | None = _option(
        values.choice(*LEVELS[:-1], what="level"),
        "what is that bad or worse is shown, and fails: error, warning or info",
        "LEVEL",
        default=None,
        usual="warnings are shown, errors fail",
    )
    select: tuple[str, ...] = _option(
        values.IDS, "only these rules; ids may be joined by commas", "ID", default=(), usual="all"
    )
    ignore: tuple[str, ...] = _option(
        values.IDS, "not these rules; ids may be joined by commas", "ID", default=()
    )


@dataclass(frozen=True, slots=True)
class WaitSettings:
    """How long ``wait`` waits."""

    SECTION: ClassVar = "wait"

    timeout: float = _option(
        values.WAIT, "seconds until it gives up; 0 only looks", "S", default=10.0
    )


@dataclass(frozen=True, slots=True)
class TailSettings:
    """How far ``tail`` looks back."""

    SECTION: ClassVar = "tail"

    lines: int = _option(values.LINES, "how much of what was", "N", default=10)


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What ``run`` sets for the command it runs."""

    SECTION: ClassVar = "run"

    env: tuple[str, ...] = _option(
        values.ASSIGNMENTS,
        "set this for the command, too; {host}, {port}, {url}, {smtps_port} and {ca} are filled"
        " in; can be given more than once",
        "NAME=TEXT",
        default=(),
    )


Group = (
    type[Settings]
    | type[ScreenSettings]
    | type[CheckSettings]
    | type[WaitSettings]
    | type[TailSettings]
    | type[RunSettings]
)
GROUPS: tuple[Group, ...] = (
    Settings,
    ScreenSettings,
    CheckSettings,
    WaitSettings,
    TailSettings,
    RunSettings,
)
