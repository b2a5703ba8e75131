"""Rules: the octets of command lines, whatever the command.

What a line of AUTH holds may be a secret: no detail here shows more than single octets.
"""

import re
from collections.abc import Iterator

from mailtrap.lint.checks import on_command, on_end, on_line
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.seen import Seen
from mailtrap.lint.syntax import GREETINGS, VERBS, shown
from mailtrap.session import Command, Credentials

_LINE_LIMIT = 512  # octets, line end and all
# What extensions add to that (octets): by verb, then by the keyword that offers the extension.
_MORE_ROOM = {
    "MAIL": {
        "SIZE": 26,  # RFC 1870
        "8BITMIME": 17,  # RFC 6152
        "BINARYMIME": 16,  # RFC 3030
        "SMTPUTF8": 10,  # RFC 6531
        "AUTH": 500,  # RFC 4954
        "DSN": 124,  # RFC 3461: RET and ENVID with its 100 characters
        "DELIVERBY": 17,  # RFC 2852
        "FUTURERELEASE": 34,  # RFC 4865
        "MT-PRIORITY": 15,  # RFC 6710
        "REQUIRETLS": 11,  # RFC 8689
        "MTRK": 40,  # RFC 3885
    },
    "RCPT": {
        "DSN": 544,  # RFC 3461: NOTIFY, and ORCPT with its 500 characters
        "RRVS": 40,  # RFC 7293: a date, and what to do
    },
    "VRFY": {"SMTPUTF8": 10},
    "EXPN": {"SMTPUTF8": 10},
}
# AUTH has a rule of its own, and what others may hold is between the two hosts.
_LIMITLESS = ("AUTH", "XCLIENT", "XFORWARD")

_CONTROL = re.compile(rb"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CONTROL_OR_TAB = re.compile(rb"[\x01-\x09\x0b\x0c\x0e-\x1f\x7f]")
_SEPARATOR = re.compile(rb"[ \t]*+[^ \t\r\n]++([ \t]++)(?=[^ \t\r\n])")
_NON_ASCII = re.compile(rb"[\x80-\xff]")
_EHLO = b"EHLO app.example.org\r\n"

BARE_LF_COMMAND = Rule(
    "bare-lf-command",
    "A command ends with LF instead of CRLF",
    Severity.ERROR,
    "RFC 5321 §2.3.8",
    quote=(
        "Conforming implementations MUST NOT recognize or generate any other character or character"
        " sequence as a line terminator."
    ),
    why=(
        "Most servers take it, which is how it gets into production; strict ones wait for the CRLF"
        " for ever, or see an attempt to smuggle commands."
    ),
    mend=r'End each command with "\r\n"; in a shell use printf or nc -C.',
    bad=(b"EHLO app.example.org\n",),
    good=(_EHLO,),
    probes=("bare-lf-command",),
)


@on_line(BARE_LF_COMMAND)
def bare_lf_command(line: bytes) -> Iterator[Found]:
    if not line.endswith(b"\r\n"):
        yield Found("", len(line) - 1, len(line))


CR_CR_LF = Rule(
    "cr-cr-lf",
    "A command ends with CR CR LF",
    Severity.ERROR,
    "RFC 5321 §2.3.8",
    quote="SMTP client implementations MUST NOT transmit these characters except when they are"
    " intended as line terminators",
    why="A line end was converted twice; OpenSMTPD and nodemailer's smtp-server answer 500.",
    mend=r'Write "\r\n" to a socket or a file in binary mode: text mode turns \n into \r\n.',
    bad=(b"EHLO app.example.org\r\r\n",),
    good=(_EHLO,),
    probes=("cr-cr-lf",),
)


@on_line(CR_CR_LF)
def cr_cr_lf(line: bytes) -> Iterator[Found]:
    if line.endswith(b"\r\r\n"):
        yield Found("", len(line.rstrip(b"\r\n")), len(line))


BARE_CR_COMMAND = Rule(
    "bare-cr-command",
    "A CR in the middle of a command",
    Severity.ERROR,
    "RFC 5321 §2.3.8",
    quote="SMTP client implementations MUST NOT transmit these characters except when they are"
    " intended as line terminators",
    why=(
        "Where one server sees one command another may see two: text of users that gets into a"
        " command can be made one."
    ),
    mend="Refuse addresses and names with line ends in them before they get into a command.",
    bad=(_EHLO, b"NOOP\rNOOP\r\n"),
    good=(_EHLO, b"NOOP\r\nNOOP\r\n"),
    probes=("bare-cr-command",),
)


@on_line(BARE_CR_COMMAND)
def bare_cr_command(line: bytes) -> Iterator[Found]:
    at = line.rstrip(b"\r\n").find(b"\r")
    if at >= 0:
        yield Found("", at, at + 1)


NUL_IN_COMMAND = Rule(
    "nul-in-command",
    "A NUL in a command",
    Severity.ERROR,
    "RFC 5321 §4.1.2",
    quote="These characters MUST NOT be used in MAIL or RCPT commands or other commands that"
    " require mailbox names.",
    why="All servers refuse it; one that is written in C may see the line end there.",
    mend="Find the buffer or the text that is sent with the NUL that ends it.",
    bad=(_EHLO, b"NO\0OP\r\n"),
    good=(_EHLO, b"NOOP\r\n"),
    probes=("nul-in-command",),
)


@on_line(NUL_IN_COMMAND)
def nul_in_command(line: bytes) -> Iterator[Found]:
    at = line.find(b"\0")
    if at >= 0:
        yield Found("", at, at + 1)


CONTROL_IN_COMMAND = Rule(
    "control-in-command",
    "A control character in a command",
    Severity.ERROR,
    "RFC 5321 §4.1.2",
    quote="These characters MUST NOT be used in MAIL or RCPT commands or other commands that"
    " require mailbox names.",
    why="Some servers refuse the command, others deliver to an address that nobody can see.",
    mend="Refuse addresses with control characters before they get into a command.",
    bad=(_EHLO, b"MAIL FROM:<an\x08n@example.org>\r\n"),
    good=(_EHLO, b"MAIL FROM:<ann@example.org>\r\n"),
)


@on_line(CONTROL_IN_COMMAND)
def control_in_command(line: bytes) -> Iterator[Found]:
    body = line.rstrip(b" \t\r\n")
    separator = _SEPARATOR.match(body)
    # A TAB around the verb is another thing.
    start = separator.end() if separator else len(body) - len(body.lstrip(b" \t"))
    found = _CONTROL_OR_TAB.search(body, start) or _CONTROL.search(body)
    if found:
        yield Found(shown(found[0]), *found.span())


LEADING_WHITESPACE = Rule(
    "leading-whitespace",
    "Blanks before the command",
    Severity.ERROR,
    "RFC 5321 §2.4",
    quote="All commands begin with a command verb.",
    why="Postfix takes it, most others answer 500.",
    mend="Take the indentation out of the template or the heredoc the command comes from.",
    bad=(_EHLO, b" NOOP\r\n"),
    good=(_EHLO, b"NOOP\r\n"),
    probes=("leading-whitespace",),
)


@on_line(LEADING_WHITESPACE)
def leading_whitespace(line: bytes) -> Iterator[Found]:
    if line[:1] in (b" ", b"\t") and (body := line.lstrip(b" \t")).strip():
        yield Found("", 0, len(line) - len(body))


BAD_VERB_SEPARATOR = Rule(
    "bad-verb-separator",
    "Not one space behind the command verb",
    Severity.WARNING,
    "RFC 5321 §4.1.1",
    quote=(
        "The commands themselves are alphabetic characters terminated by <SP> if parameters follow"
        " and <CRLF> otherwise."
    ),
    why="Exim, OpenSMTPD and others do not know the command where a TAB follows it.",
    mend="Put exactly one space between the verb and what follows.",
    bad=(_EHLO, b"MAIL\tFROM:<ann@example.org>\r\n"),
    good=(_EHLO, b"MAIL FROM:<ann@example.org>\r\n"),
    probes=("tab-separator",),
)


@on_line(BAD_VERB_SEPARATOR, *VERBS)
def bad_verb_separator(line: bytes) -> Iterator[Found]:
    found = _SEPARATOR.match(line)
    if found and found[1] != b" ":
        yield Found(shown(found[1]), *found.span(1))


TRAILING_WHITESPACE = Rule(
    "trailing-whitespace",
    "Blanks at the end of a command",
    Severity.INFO,
    "RFC 5321 §4.1.1",
    quote="SMTP receivers SHOULD tolerate trailing white space before the terminating <CRLF>.",
    why="Most servers do tolerate it; OpenSMTPD takes it for an argument and answers 500.",
    mend="Strip what you put into a command.",
    bad=(_EHLO, b"NOOP \r\n"),
    good=(_EHLO, b"NOOP\r\n"),
    probes=("trailing-whitespace",),
)


@on_line(TRAILING_WHITESPACE)
def trailing_whitespace(line: bytes) -> Iterator[Found]:
    content = line.rstrip(b"\r\n")
    stripped = content.rstrip(b" \t")
    if stripped and len(stripped) < len(content):
        yield Found("", len(stripped), len(content))


COMMAND_TOO_LONG = Rule(
    "command-too-long",
    "A command line that is too long",
    Severity.WARNING,
    "RFC 5321 §4.5.3.1.4",
    quote=(
        "The maximum total length of a command line including the command word and the <CRLF> is"
        " 512 octets."
    ),
    why="A server need not take more; OpenSMTPD and aiosmtpd answer 500, some close at once.",
    mend="Look for addresses or names that something else got into; there is one path to a RCPT.",
    bad=(_EHLO, b"NOOP " + b"x" * 506 + b"\r\n"),
    good=(_EHLO, b"NOOP " + b"x" * 505 + b"\r\n"),
    probes=("command-too-long 600", "command-too-long 5000", "command-too-long 40000"),
)


@on_command(COMMAND_TOO_LONG, about=lambda line: len(line) > _LINE_LIMIT)
def command_too_long(seen: Seen, command: Command) -> Iterator[Found]:
    size = len(command.raw)
    if seen.is_stray:
        return
    verb = command.verb
    room = _MORE_ROOM.get(verb, {})
    limit = _LINE_LIMIT + sum(more for keyword, more in room.items() if keyword in seen.keywords)
    if size > limit and verb not in _LIMITLESS:
        more_than = "more than " if command.truncated else ""
        yield Found(f"{more_than}{size:,} octets, {limit:,} are allowed here", limit, size)


NON_ASCII_COMMAND = Rule(
    "non-ascii-command",
    "Octets above 127 in a command, without SMTPUTF8",
    Severity.ERROR,
    "RFC 5321 §2.4",
    quote=(
        "In the absence of a server-offered extension explicitly permitting it, a sending SMTP"
        " system is not permitted to send envelope commands in any character set other than"
        " US-ASCII."
    ),
    why="Servers refuse it, or each reads the octets in a character set of its own.",
    mend=(
        "Say EHLO and send such addresses only where SMTPUTF8 is offered; a domain can go as xn--"
        " (A-label) anywhere."
    ),
    bad=(b"HELO app.example.org\r\n", "MAIL FROM:<änn@example.org>\r\n".encode()),
    good=(_EHLO, "MAIL FROM:<änn@example.org> SMTPUTF8\r\n".encode()),
    probes=("utf8-address-without-smtputf8", "latin1 address"),
)


@on_command(NON_ASCII_COMMAND, about=lambda line: not line.isascii())
def non_ascii_command(seen: Seen, command: Command) -> Iterator[Found]:
    if "SMTPUTF8" in seen.keywords or seen.is_stray:
        return
    found = _NON_ASCII.search(command.raw)
    verb = command.verb
    # A greeting must be ASCII in any case, and what is no command is a worse thing.
    if found and verb in VERBS and verb not in GREETINGS:
        yield Found("", found.start(), found.end())


TRUNCATED_COMMAND = Rule(
    "truncated-command",
    "The connection ended in the middle of a line",
    Severity.WARNING,
    "RFC 5321 §2.4",
    quote="The receiver will take no action until this sequence is received.",
    why="The line was never acted upon, and what the client wanted by it did not happen.",
    mend="Look for a crash or a timeout in the client, or for a line end that is missing.",
    bad=(_EHLO, b"MAIL FROM:<ann@exam"),
    good=(_EHLO, b"MAIL FROM:<ann@example.org>\r\n"),
)


# Otherwise it was not the client who ended it.
@on_end(TRUNCATED_COMMAND, "eof", "reset", "timeout")
def truncated_command(seen: Seen, _reason: str) -> Iterator[Found]:
    left = seen.asked
    if isinstance(left, (Command, Credentials)) and not left.is_complete:
        size = len(left.raw)
        yield Found(f"after {size:,} octet{'' if size == 1 else 's'}", offset=left.offset)
