"""Rules: how the path of MAIL and RCPT is written, up to its brackets."""

from collections.abc import Iterator

from mailtrap.lint.checks import on_line
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.sent_path import PATH_VERBS, sent_path
from mailtrap.lint.syntax import MAX_DOMAIN, MAX_LOCAL_PART, shown

_EHLO = b"EHLO app.example.org\r\n"
_MAIL = b"MAIL FROM:<ann@example.org>\r\n"
_MAX_PATH = 256  # octets, brackets and all
_PATH = 'Path = "<" [ A-d-l ":" ] Mailbox ">"'

PATH_COLON_MISSING = Rule(
    "path-colon-missing",
    "No FROM: or TO: before the path",
    Severity.ERROR,
    "RFC 5321 §4.1.1.2",
    quote='mail = "MAIL FROM:" Reverse-path [SP Mail-parameters] CRLF',
    why="Every server that was tried refuses the command.",
    mend="Write MAIL FROM:<ann@example.org> and RCPT TO:<bob@example.org>, colon and all.",
    bad=(_EHLO, b"MAIL FROM <ann@example.org>\r\n"),
    good=(_EHLO, _MAIL),
    probes=("path-colon-missing",),
)


@on_line(PATH_COLON_MISSING, *PATH_VERBS)
def path_colon_missing(line: bytes) -> Iterator[Found]:
    path = sent_path(line)
    if not path.word:
        yield Found("TO: is missing" if path.is_rcpt else "FROM: is missing")
    elif not path.colon:
        yield Found(f"no colon behind {path.word.decode().upper()}", path.start, path.end)


SPACE_BEFORE_COLON = Rule(
    "space-before-colon",
    "A space before the colon of FROM or TO",
    Severity.ERROR,
    "RFC 5321 §3.3",
    quote=(
        "spaces are not permitted on either side of the colon following FROM in the MAIL command or"
        " TO in the RCPT command"
    ),
    why="Most servers refuse the command.",
    mend="Write FROM: and TO: as one word.",
    bad=(_EHLO, b"MAIL FROM :<ann@example.org>\r\n"),
    good=(_EHLO, _MAIL),
    probes=("space-before-colon",),
)


@on_line(SPACE_BEFORE_COLON, *PATH_VERBS)
def space_before_colon(line: bytes) -> Iterator[Found]:
    path = sent_path(line)
    if path.colon and path.before:
        end = path.start - len(path.after) - len(path.colon)
        yield Found("", end - len(path.before), end)


SPACE_AFTER_COLON = Rule(
    "space-after-colon",
    "A space between the colon and the path",
    Severity.WARNING,
    "RFC 5321 §3.3",
    quote=(
        "spaces are not permitted on either side of the colon following FROM in the MAIL command or"
        " TO in the RCPT command"
    ),
    why=(
        "It is the mistake most often made, so nearly every server takes it; RFC 5321 calls it a"
        " common source of errors, and strict servers and filters refuse it."
    ),
    mend="Put the path right behind the colon: MAIL FROM:<ann@example.org>.",
    bad=(_EHLO, b"MAIL FROM: <ann@example.org>\r\n"),
    good=(_EHLO, _MAIL),
    probes=("space-after-colon",),
)


@on_line(SPACE_AFTER_COLON, *PATH_VERBS)
def space_after_colon(line: bytes) -> Iterator[Found]:
    path = sent_path(line)
    if path.colon and path.after and path.raw:
        yield Found("", path.start - len(path.after), path.start)


PATH_NO_BRACKETS = Rule(
    "path-no-brackets",
    "A path without angle brackets",
    Severity.ERROR,
    "RFC 5321 §4.1.2",
    quote=_PATH,
    why="Postfix and Exim take it as they come, and refuse it where they are told to be strict.",
    mend="Put the address in brackets, and the null reverse-path as <>.",
    bad=(_EHLO, b"MAIL FROM:ann@example.org\r\n"),
    good=(_EHLO, _MAIL),
    probes=("path-no-brackets",),
)


@on_line(PATH_NO_BRACKETS, *PATH_VERBS)
def path_no_brackets(line: bytes) -> Iterator[Found]:
    path = sent_path(line)
    if path.word and not path.opening and not path.closing:
        yield Found(shown(path.raw) if path.raw else "nothing at all", path.start, path.end)


PATH_UNBALANCED = Rule(
    "path-unbalanced",
    "An angle bracket of the path is missing",
    Severity.ERROR,
    "RFC 5321 §4.1.2",
    quote=_PATH,
    why="Nearly every server refuses the command.",
    mend="Close the bracket that was opened, or open the one that is closed.",
    bad=(_EHLO, b"MAIL FROM:<ann@example.org\r\n"),
    good=(_EHLO, _MAIL),
    probes=("path-unbalanced",),
)


@on_line(PATH_UNBALANCED, *PATH_VERBS)
def path_unbalanced(line: bytes) -> Iterator[Found]:
    path = sent_path(line)
    if bool(path.opening) != bool(path.closing):
        yield Found(shown(path.raw), path.start, path.end)


PATH_DOUBLE_BRACKETS = Rule(
    "path-double-brackets",
    "A path with more than one pair of brackets",
    Severity.ERROR,
    "RFC 5321 §4.1.2",
    quote=_PATH,
    why="Brackets were put around an address that had some; most servers refuse the command.",
    mend="Give your library the address alone, without brackets.",
    bad=(_EHLO, b"MAIL FROM:<<ann@example.org>>\r\n"),
    good=(_EHLO, _MAIL),
    probes=("path double brackets",),
)


@on_line(PATH_DOUBLE_BRACKETS, *PATH_VERBS)
def path_double_brackets(line: bytes) -> Iterator[Found]:
    path = sent_path(line)
    is_double = len(path.opening) > 1 or len(path.closing) > 1
    if is_double or (path.opening and path.local[:1] != b'"' and b"<" in path.mailbox):
        yield Found(shown(path.raw), path.start, path.end)


PATH_DISPLAY_NAME = Rule(
    "path-display-name",
    "A display name in the envelope",
    Severity.ERROR,
    "RFC 5321 §4.1.2",
    quote=_PATH,
    why="Names belong to the header fields From and To; here most servers refuse the command.",
    mend="Give the address alone for the envelope: parseaddr in Python, addr-spec elsewhere.",
    bad=(_EHLO, b"MAIL FROM:Ann <ann@example.org>\r\n"),
    good=(_EHLO, _MAIL),
    probes=("path-display-name",),
)


@on_line(PATH_DISPLAY_NAME, *PATH_VERBS)
def path_display_name(line: bytes) -> Iterator[Found]:
    path = sent_path(line)
    name = path.text.rstrip()
    if name:
        yield Found(shown(name), path.start, path.start + len(name))


MULTIPLE_PATHS = Rule(
    "multiple-paths",
    "More than one address in one command",
    Severity.ERROR,
    "RFC 5321 §4.1.1.3",
    quote="multiple recipients are specified by multiple uses of this command",
    why="Every server that was tried refuses it, so none of the recipients gets the mail.",
    mend="Send a RCPT for each recipient; give your library a list instead of text with commas.",
    bad=(_EHLO, _MAIL, b"RCPT TO:<bob@example.org>,<eve@example.org>\r\n"),
    good=(_EHLO, _MAIL, b"RCPT TO:<bob@example.org>\r\nRCPT TO:<eve@example.org>\r\n"),
    probes=("two rcpts one cmd",),
)


@on_line(MULTIPLE_PATHS, *PATH_VERBS)
def multiple_paths(line: bytes) -> Iterator[Found]:
    path = sent_path(line)
    if path.is_several:
        yield Found(shown(line[path.start :].rstrip()), path.start, len(line.rstrip()))


SOURCE_ROUTE = Rule(
    "source-route",
    "A source route in the path",
    Severity.WARNING,
    "RFC 5321 §4.1.2",
    quote=(
        'Note that this form, the so-called "source route", MUST BE accepted, SHOULD NOT be'
        " generated, and SHOULD be ignored."
    ),
    why="Servers ignore the hosts, so the mail goes another way than the path says.",
    mend="Give the mailbox alone: <bob@example.org>.",
    bad=(_EHLO, _MAIL, b"RCPT TO:<@a.example.org,@b.example.org:bob@example.org>\r\n"),
    good=(_EHLO, _MAIL, b"RCPT TO:<bob@example.org>\r\n"),
    probes=("source-route",),
)


@on_line(SOURCE_ROUTE, *PATH_VERBS)
def source_route(line: bytes) -> Iterator[Found]:
    path = sent_path(line)
    if path.route:
        end = path.mailbox_start
        yield Found(shown(path.route), end - len(path.route), end)


RCPT_EMPTY_PATH = Rule(
    "rcpt-empty-path",
    "A recipient that is empty",
    Severity.ERROR,
    "RFC 5321 §4.1.2",
    quote="Forward-path = Path",
    why="Only a sender may be <>; nearly every server refuses such a recipient.",
    mend="Look for an address that was empty before it got into the command.",
    bad=(_EHLO, _MAIL, b"RCPT TO:<>\r\n"),
    good=(_EHLO, b"MAIL FROM:<>\r\n", b"RCPT TO:<bob@example.org>\r\n"),
    probes=("rcpt-empty-path",),
)


@on_line(RCPT_EMPTY_PATH, "RCPT")
def rcpt_empty_path(line: bytes) -> Iterator[Found]:
    path = sent_path(line)
    if path.opening and not path.mailbox.strip():
        yield Found("", path.start, path.end)


PATH_TOO_LONG = Rule(
    "path-too-long",
    "A path of more than 256 octets",
    Severity.WARNING,
    "RFC 5321 §4.5.3.1.3",
    quote=(
        "The maximum total length of a reverse-path or forward-path is 256 octets (including the"
        " punctuation and element separators)."
    ),
    why="Servers need not take it, and not all do.",
    mend="Shorten what your software puts into the local-part (a token, an address in VERP).",
    bad=(_EHLO, b"MAIL FROM:<" + b"a" * 60 + b"@" + b"b" * 62 + b".c" * 66 + b">\r\n"),
    good=(_EHLO, b"MAIL FROM:<" + b"a" * 60 + b"@" + b"b" * 61 + b".c" * 66 + b">\r\n"),
)


@on_line(PATH_TOO_LONG, *PATH_VERBS)
def path_too_long(line: bytes) -> Iterator[Found]:
    path = sent_path(line)
    # A part that is too long by itself has a rule that says so.
    is_part = len(path.local) > MAX_LOCAL_PART or len(path.domain or b"") > MAX_DOMAIN
    if len(path.raw) > _MAX_PATH and not path.is_several and not is_part:
        yield Found(f"{len(path.raw):,} octets", path.start, path.end)
