"""Rules: which commands there are, and what goes with them."""

import re
from collections.abc import Iterator

from mailtrap.lint.checks import on_command, on_entry, on_line
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.samples import Script
from mailtrap.lint.seen import Seen
from mailtrap.lint.situations import REFUSAL
from mailtrap.lint.syntax import VERBS, is_http, shown
from mailtrap.session import Command, Reply

_EHLO = b"EHLO app.example.org\r\n"
_VERB = re.compile(rb"\s*+(\S++)")
_ALPHABETIC = re.compile(rb"[A-Za-z]++")
_PRIVATE = re.compile(rb"[Xx][A-Za-z0-9-]*+")
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_OBSOLETE = ("TURN", "SEND", "SOML", "SAML")

EMPTY_COMMAND = Rule(
    "empty-command",
    "An empty line where a command is due",
    Severity.ERROR,
    "RFC 5321 §2.4",
    quote="All commands begin with a command verb.",
    why="It gets a reply, 500, so from there on the client takes each reply for that to another.",
    mend="Look for a line end that is sent twice, most often behind the end of mail data.",
    bad=(_EHLO, b"\r\n"),
    good=(_EHLO, b"NOOP\r\n"),
    probes=("empty-command",),
)


@on_line(EMPTY_COMMAND, "")
def empty_command(line: bytes) -> Iterator[Found]:
    if not line.strip():
        yield Found("", 0, len(line))


BAD_VERB = Rule(
    "bad-verb",
    "What should be a command is no word",
    Severity.ERROR,
    "RFC 5321 §4.1.1",
    quote="The commands themselves are alphabetic characters",
    why=(
        "The server answers 500, and the client and the server may not agree any more on what is"
        " a command and what is mail; Postfix closes where a line does not begin with a letter."
    ),
    mend=(
        "Look for text of a message that was sent as a command, a byte order mark, or a client of"
        " another protocol."
    ),
    bad=(_EHLO, b"\xef\xbb\xbfNOOP\r\n"),
    good=(_EHLO, b"NOOP\r\n"),
)


@on_line(BAD_VERB)
def bad_verb(line: bytes) -> Iterator[Found]:
    found = _VERB.match(line)
    if found is None or _ALPHABETIC.fullmatch(found[1]) or _PRIVATE.fullmatch(found[1]):
        return
    # Control characters and HTTP have rules of their own, and say more.
    if not _CONTROL.search(found[1]) and not is_http(line):
        yield Found(shown(found[1]), *found.span(1))


UNKNOWN_COMMAND = Rule(
    "unknown-command",
    "A command that nobody knows",
    Severity.ERROR,
    "RFC 5321 §4.2.4",
    quote="If the command is not recognized, code 500 SHOULD be returned.",
    why=(
        "The server answers 500, and closes after some of them: Exim after 3, aiosmtpd after 5,"
        " nodemailer's smtp-server after 10."
    ),
    mend="Look for a misspelt command, or for text that was sent where a command was due.",
    bad=(_EHLO, b"FROB\r\n"),
    good=(_EHLO, b"NOOP FROB\r\n"),
    probes=("unknown-command", "12 unknown commands"),
)


@on_line(UNKNOWN_COMMAND)
def unknown_command(line: bytes) -> Iterator[Found]:
    found = _VERB.match(line)
    if found is None or not _ALPHABETIC.fullmatch(found[1]) or _PRIVATE.fullmatch(found[1]):
        return
    if found[1].decode().upper() not in VERBS and not is_http(line):
        yield Found(shown(found[1]), *found.span(1))


PRIVATE_COMMAND = Rule(
    "private-command",
    "A private command that was not offered",
    Severity.INFO,
    "RFC 5321 §4.1.5",
    quote='An SMTP server that does not recognize such a command is expected to reply with "500'
    ' Command not recognized".',
    why="Commands with an X are agreed upon between two hosts; others answer 500.",
    mend="Send it only where the EHLO reply lists it.",
    bad=(_EHLO, b"XFROB\r\n"),
    good=(_EHLO, b"NOOP\r\n"),
)


@on_command(PRIVATE_COMMAND, about=lambda line: line[:1] in b"xX")
def private_command(seen: Seen, command: Command) -> Iterator[Found]:
    raw = command.raw
    if not seen.is_stray and command.verb not in seen.keywords:
        found = _VERB.match(raw)
        if found and _PRIVATE.fullmatch(found[1]):
            yield Found(shown(found[1]), *found.span(1))


OBSOLETE_COMMAND = Rule(
    "obsolete-command",
    "A command that is obsolete",
    Severity.WARNING,
    "RFC 5321 §F",
    quote="Clients SHOULD NOT provide SEND, SAML, or SOML as services.",
    why="No server of today knows SEND, SOML or SAML, and TURN lets anyone take others' mail.",
    mend="Use MAIL; to fetch queued mail there are ETRN and ATRN.",
    bad=(_EHLO, b"SEND FROM:<ann@example.org>\r\n"),
    good=(_EHLO, b"MAIL FROM:<ann@example.org>\r\n"),
    probes=("obsolete SEND", "obsolete TURN"),
)


@on_line(OBSOLETE_COMMAND, *_OBSOLETE)
def obsolete_command(line: bytes) -> Iterator[Found]:
    if found := _VERB.match(line):
        yield Found(shown(found[1]), *found.span(1))


ARGUMENT_NOT_ALLOWED = Rule(
    "argument-not-allowed",
    "An argument to a command that takes none",
    Severity.ERROR,
    "RFC 5321 §4.1.1",
    quote=(
        "Several commands (RSET, DATA, QUIT) are specified as not permitting parameters. In the"
        " absence of specific extensions offered by the server and accepted by the client, clients"
        " MUST NOT send such parameters and servers SHOULD reject commands containing them"
    ),
    why="Most servers refuse it with 501, and the mail behind DATA is not taken.",
    mend="Send the verb alone.",
    bad=(_EHLO, b"RSET now\r\n"),
    good=(_EHLO, b"RSET\r\n"),
    probes=("rset-argument", "data-argument", "quit-argument"),
)


@on_line(ARGUMENT_NOT_ALLOWED, "DATA", "RSET", "QUIT")
def argument_not_allowed(line: bytes) -> Iterator[Found]:
    found = _VERB.match(line)
    argument = line[found.end() :].strip() if found else b""
    if found and argument:
        start = line.find(argument, found.end())
        yield Found(shown(argument), start, start + len(argument))


TOO_MANY_ERRORS = Rule(
    "too-many-errors",
    "As many refusals as servers bear with",
    Severity.INFO,
    "Postfix, smtpd_soft_error_limit and smtpd_hard_error_limit",
    why=(
        "Servers count what they refuse, wrong or not: Postfix answers slowly after 10 refusals and"
        " closes with 421 after 20, and others close sooner where commands are unknown."
    ),
    mend="Give up a transaction at the first refusal that does not go away, and end with QUIT.",
    bad=Script((_EHLO, *(b"FROB\r\n",) * 10)),
    good=Script((_EHLO, *(b"FROB\r\n",) * 9)),
    probes=("12 unknown commands",),
)


@on_entry(TOO_MANY_ERRORS, Reply, when=REFUSAL)
def too_many_errors(seen: Seen, _reply: Reply) -> Iterator[Found]:
    if seen.refusals + 1 in (10, 20):
        yield Found(f"{seen.refusals + 1}", offset=seen.asked.offset if seen.asked else None)
