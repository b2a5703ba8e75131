"""Rules: what parameters of MAIL and RCPT say, and whether the message is as they say."""

import re
from collections.abc import Iterator
from datetime import datetime

from mailtrap.amounts import amount
from mailtrap.lint.checks import on_command, on_data, on_line
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.esmtp import from_xtext, is_xtext, word_of, words
from mailtrap.lint.samples import Script
from mailtrap.lint.seen import Seen, ends_message
from mailtrap.lint.situations import PARAMETERS
from mailtrap.session import Chunk, Command, MailData
from mailtrap.terms import Terms

_LINE_END = 2  # octets: clients differ in whether the line end before the dot counts
_SIZE = re.compile(rb"[0-9]{1,20}")  # RFC 1870 section 3
_BODY_VALUES = (b"7BIT", b"8BITMIME", b"BINARYMIME")  # RFC 6152 section 2, RFC 3030 section 3
_BY = re.compile(
    rb"(?P<time>[+-]?[0-9]{1,9});(?P<mode>[NR])T?", re.IGNORECASE
)  # RFC 2852 section 4
_SECONDS = re.compile(rb"[1-9][0-9]{0,8}")
_PRIORITY = re.compile(rb"0|-?[1-9]")  # RFC 6710
_DATE_TIME = re.compile(  # RFC 3339 section 5.6
    rb"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):([0-5]\d|60)(?:\.\d++)?"
    rb"(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.IGNORECASE,
)
_MAILBOX = re.compile(rb'(?:"(?:[^"\\]|\\.)*+"|[^\s<>@]++)@[^\s<>@]++')

_EHLO = b"EHLO app.example.org\r\n"
_MAIL = b"MAIL FROM:<ann@example.org>\r\n"
_RCPT = b"RCPT TO:<bob@example.org>\r\n"
_TEXT = (
    b"Date: Fri, 02 Jan 2026 03:04:05 +0000\r\nFrom: Ann <ann@example.org>\r\n"
    b"To: Bob <bob@example.org>\r\nMessage-ID: <17@example.org>\r\n"
)
_ASCII_TEXT = _TEXT + b"Subject: hello\r\n\r\nhello\r\n.\r\n"
_UTF8_TEXT = _TEXT + "Subject: grüße\r\nMIME-Version: 1.0\r\n\r\nhello\r\n.\r\n".encode()


SIZE_INVALID = Rule(
    "size-invalid",
    "SIZE is not a number of at most 20 digits",
    Severity.ERROR,
    "RFC 1870 §3",
    quote="size-value ::= 1*20DIGIT",
    why="Postfix refuses the MAIL command with 501, so the mail is never sent.",
    mend="Send the octets of the message as a plain decimal number, or leave SIZE out.",
    bad=(_EHLO, b"MAIL FROM:<ann@example.org> SIZE=12k\r\n"),
    good=(_EHLO, b"MAIL FROM:<ann@example.org> SIZE=12000\r\n"),
    probes=("SIZE bad",),
)


@on_line(SIZE_INVALID, "MAIL")
def size_invalid(line: bytes) -> Iterator[Found]:
    for word in words(line):
        if word.keyword == "SIZE" and not _SIZE.fullmatch(word.value or b""):
            yield word.found()


SIZE_UNDERSTATED = Rule(
    "size-understated",
    "Message larger than its SIZE said",
    Severity.WARNING,
    "RFC 1870 §6.3",
    quote="A client is permitted to declare a message to be smaller than its actual size. However,"
    " in this case, a successful (250) reply code is no assurance that the server will accept the"
    " message",
    why="A server that saw no problem with the declared size may refuse the mail after all of it"
    " was sent, where honest counting would have told at once.",
    mend="Count the octets that go over the wire: after the encoding to bytes, with each line end"
    " as CRLF, without the dots that are doubled.",
    bad=(
        _EHLO,
        b"MAIL FROM:<ann@example.org> SIZE=5\r\n",
        _RCPT,
        b"DATA\r\n",
        _ASCII_TEXT,
    ),
    good=(
        _EHLO,
        b"MAIL FROM:<ann@example.org> SIZE=%d\r\n" % (len(_ASCII_TEXT) - 3),
        _RCPT,
        b"DATA\r\n",
        _ASCII_TEXT,
    ),
    probes=("size-understated (SIZE=1, 2000 sent)",),
)


@on_data(SIZE_UNDERSTATED, when=PARAMETERS)
def size_understated(seen: Seen, entry: MailData | Chunk, data: bytes) -> Iterator[Found]:
    word = word_of(seen, "SIZE")
    if word is None or not entry.is_complete or not _SIZE.fullmatch(word.value or b""):
        return
    size = entry.size
    if isinstance(entry, Chunk):
        if not entry.is_last:
            return
        size += seen.transaction.size if seen.transaction else 0
    else:
        # Dots that were doubled do not count; of what was cut off nobody counted them.
        size = len(data) if entry.truncated else size - entry.stuffed
    declared = int(word.value or b"")
    if size > declared + _LINE_END:
        yield Found(f"SIZE={declared}, {amount(size, 'octet')} sent")


SIZE_OVER_LIMIT = Rule(
    "size-over-limit",
    "SIZE is above the limit that the server told",
    Severity.ERROR,
    "RFC 1870 §6.1",
    quote="If the indicated size is larger than the server's fixed maximum message size, the"
    ' server responds with code "552 message size exceeds fixed maximium message size".',
    why="The server said in its EHLO reply how much it takes; such a mail is refused with 552.",
    mend="Compare the size with the number behind SIZE in the EHLO reply before MAIL, and tell"
    " the user, or send less.",
    bad=Script(
        (_EHLO, b"MAIL FROM:<ann@example.org> SIZE=10001\r\n"), terms=Terms(max_size=10_000)
    ),
    good=Script(
        (_EHLO, b"MAIL FROM:<ann@example.org> SIZE=10000\r\n"), terms=Terms(max_size=10_000)
    ),
)


@on_command(SIZE_OVER_LIMIT, "MAIL", about=words)
def size_over_limit(seen: Seen, command: Command) -> Iterator[Found]:
    limit = seen.keywords.get("SIZE", "")[:20]
    if not limit.isascii() or not limit.isdigit() or not int(limit):
        return
    for word in words(command.raw):
        if word.keyword == "SIZE" and _SIZE.fullmatch(word.value or b""):
            declared = int(word.value or b"")
            if declared > int(limit):
                yield word.found(f"the limit is {int(limit)}")


BODY_VALUE_INVALID = Rule(
    "body-value-invalid",
    "BODY is neither 7BIT nor 8BITMIME nor BINARYMIME",
    Severity.ERROR,
    "RFC 6152 §2",
    quote="",
    why="Servers refuse the MAIL command with 501 or 555, so the mail is never sent.",
    mend="Write BODY=8BITMIME where the mail has octets above 127, else leave BODY out.",
    bad=(_EHLO, b"MAIL FROM:<ann@example.org> BODY=8BIT\r\n"),
    good=(_EHLO, b"MAIL FROM:<ann@example.org> BODY=8BITMIME\r\n"),
    probes=("BODY bad",),
)


@on_line(BODY_VALUE_INVALID, "MAIL")
def body_value_invalid(line: bytes) -> Iterator[Found]:
    for word in words(line):
        if word.keyword == "BODY" and (word.value or b"").upper() not in _BODY_VALUES:
            yield word.found()


BINARYMIME_NOT_OFFERED = Rule(
    "binarymime-not-offered",
    "BODY=BINARYMIME, but the server does not offer BINARYMIME",
    Severity.ERROR,
    "RFC 3030 §3",
    quote="If a receiver-SMTP does not indicate support the BINARYMIME message format then the"
    " sender-SMTP MUST NOT, under any circumstances, send binary data.",
    why="Few servers take binary mail; the others refuse the MAIL command with 501, 503 or 555.",
    mend="Encode binary parts as base64 where the EHLO reply does not list BINARYMIME.",
    bad=Script(
        (_EHLO, b"MAIL FROM:<ann@example.org> BODY=BINARYMIME\r\n"),
        terms=Terms(ehlo_remove=("BINARYMIME",)),
    ),
    good=(_EHLO, b"MAIL FROM:<ann@example.org> BODY=BINARYMIME\r\n"),
    probes=("BODY=BINARYMIME",),
)


@on_command(BINARYMIME_NOT_OFFERED, "MAIL", about=words)
def binarymime_not_offered(seen: Seen, command: Command) -> Iterator[Found]:
    if "BINARYMIME" in seen.keywords or not seen.is_esmtp:
        return
    for word in words(command.raw):
        if word.keyword == "BODY" and (word.value or b"").upper() == b"BINARYMIME":
            yield word.found()


SMTPUTF8_HAS_VALUE = Rule(
    "smtputf8-has-value",
    "SMTPUTF8 with a value",
    Severity.ERROR,
    "RFC 6531 §3.4",
    quote="If this parameter is provided, it MUST not accept a value.",
    why="Servers refuse the MAIL command with 501 or 555, so the mail is never sent.",
    mend='Write SMTPUTF8 alone, without "=".',
    bad=(_EHLO, "MAIL FROM:<jürgen@example.org> SMTPUTF8=1\r\n".encode()),
    good=(_EHLO, "MAIL FROM:<jürgen@example.org> SMTPUTF8\r\n".encode()),
    probes=("SMTPUTF8=1",),
)


@on_line(SMTPUTF8_HAS_VALUE, "MAIL")
def smtputf8_has_value(line: bytes) -> Iterator[Found]:
    for word in words(line):
        if word.keyword == "SMTPUTF8" and word.value is not None:
            yield word.found()


SMTPUTF8_UNNEEDED = Rule(
    "smtputf8-unneeded",
    "SMTPUTF8, but envelope and message are ASCII",
    Severity.INFO,
    "RFC 6531 §3.4",
    quote="If the SMTPUTF8-aware SMTP client is aware that neither the envelope nor the message"
    " being sent requires any of the SMTPUTF8 extension capabilities, it SHOULD NOT supply the"
    " SMTPUTF8 parameter with the MAIL command.",
    why="A relay must not pass such a mail on to a server without SMTPUTF8, so it may bounce"
    " though every server could have taken it.",
    mend="Send SMTPUTF8 only where an address or a header field is not ASCII.",
    bad=(
        _EHLO,
        b"MAIL FROM:<ann@example.org> SMTPUTF8\r\n",
        _RCPT,
        b"DATA\r\n",
        _ASCII_TEXT,
    ),
    good=(
        _EHLO,
        b"MAIL FROM:<ann@example.org> SMTPUTF8 BODY=8BITMIME\r\n",
        _RCPT,
        b"DATA\r\n",
        _UTF8_TEXT,
    ),
)


@on_data(SMTPUTF8_UNNEEDED, when=PARAMETERS)
def smtputf8_unneeded(seen: Seen, entry: MailData | Chunk, data: bytes) -> Iterator[Found]:
    transaction = seen.transaction
    # A message in several chunks is not seen at once, and octets that are gone tell nothing.
    if transaction is None or not data or not data.isascii() or word_of(seen, "SMTPUTF8") is None:
        return
    if transaction.chunks or transaction.refused or not ends_message(entry):
        return
    assert transaction.mail is not None
    paths = transaction.recipients
    if transaction.mail.raw.isascii() and all((p.raw + p.rest).isascii() for p in paths):
        yield Found()


SMTPUTF8_WITHOUT_8BITMIME = Rule(
    "smtputf8-without-8bitmime",
    "SMTPUTF8 and BODY=7BIT, but the message has 8-bit octets",
    Severity.INFO,
    "RFC 6531 §3.6",
    quote="",
    why="A header section in UTF-8 is 8-bit data; a relay that believes BODY=7BIT may hand it to"
    " a server that takes none.",
    mend="Say BODY=8BITMIME together with SMTPUTF8: who offers the one must offer the other.",
    bad=(
        _EHLO,
        b"MAIL FROM:<ann@example.org> SMTPUTF8 BODY=7BIT\r\n",
        _RCPT,
        b"DATA\r\n",
        _UTF8_TEXT,
    ),
    good=(
        _EHLO,
        b"MAIL FROM:<ann@example.org> SMTPUTF8 BODY=8BITMIME\r\n",
        _RCPT,
        b"DATA\r\n",
        _UTF8_TEXT,
    ),
)


@on_data(SMTPUTF8_WITHOUT_8BITMIME, when=PARAMETERS)
def smtputf8_without_8bitmime(seen: Seen, _entry: MailData | Chunk, data: bytes) -> Iterator[Found]:
    if data.isascii() or word_of(seen, "SMTPUTF8") is None:
        return
    body = word_of(seen, "BODY")
    if body is not None and (body.value or b"").upper() == b"7BIT":
        yield Found()


AUTH_PARAM_INVALID = Rule(
    "auth-param-invalid",
    "AUTH of MAIL is neither a mailbox nor <>",
    Severity.WARNING,
    "RFC 4954 §8",
    quote='The decoded form of the xtext MUST be either a <mailbox> or the two characters "<>"',
    why="It says who submitted the mail; a server that checks refuses the MAIL command, the"
    " others ignore it.",
    mend="Leave it out: it is for servers that trust each other. To log in, use the command AUTH.",
    bad=(_EHLO, b"MAIL FROM:<ann@example.org> AUTH=ann\r\n"),
    good=(_EHLO, b"MAIL FROM:<e=mc2@example.org> AUTH=e+3Dmc2@example.org\r\n"),
)


@on_line(AUTH_PARAM_INVALID, "MAIL")
def auth_param_invalid(line: bytes) -> Iterator[Found]:
    for word in words(line):
        if word.keyword != "AUTH":
            continue
        value = word.value or b""
        if not is_xtext(value, any_case=True):
            yield word.found("not xtext")
        elif (sent := from_xtext(value)) != b"<>" and not _MAILBOX.fullmatch(sent):
            yield word.found()


BY_INVALID = Rule(
    "by-invalid",
    "BY is not seconds, a semicolon and N or R",
    Severity.ERROR,
    "RFC 2852 §4",
    quote='by-value = by-time";"by-mode[by-trace]',
    why="A server with DELIVERBY refuses the MAIL command with 501.",
    mend="Write BY=120;R (return the mail after 120 seconds) or BY=120;N (notify the sender)."
    " The time of R must be above zero.",
    bad=(_EHLO, b"MAIL FROM:<ann@example.org> BY=-5;R\r\n"),
    good=(_EHLO, b"MAIL FROM:<ann@example.org> BY=120;R\r\n"),
)


@on_line(BY_INVALID, "MAIL")
def by_invalid(line: bytes) -> Iterator[Found]:
    for word in words(line):
        if word.keyword != "BY":
            continue
        found = _BY.fullmatch(word.value or b"")
        if found is None:
            yield word.found()
        elif found["mode"] in b"Rr" and int(found["time"]) <= 0:
            yield word.found("R needs a time above zero")


HOLD_INVALID = Rule(
    "hold-invalid",
    "HOLDFOR without seconds, HOLDUNTIL without a date, or both at once",
    Severity.ERROR,
    "RFC 4865 §4",
    quote="",
    why="A server with FUTURERELEASE refuses the MAIL command with 501; one that does not check"
    " sends the mail at once.",
    mend="Write either HOLDFOR=86400 (seconds, at most nine digits) or"
    " HOLDUNTIL=2026-01-03T08:00:00Z (RFC 3339).",
    bad=(_EHLO, b"MAIL FROM:<ann@example.org> HOLDFOR=1d\r\n"),
    good=(_EHLO, b"MAIL FROM:<ann@example.org> HOLDFOR=86400\r\n"),
)


@on_line(HOLD_INVALID, "MAIL")
def hold_invalid(line: bytes) -> Iterator[Found]:
    holds = [word for word in words(line) if word.keyword in ("HOLDFOR", "HOLDUNTIL")]
    for word in holds:
        value = word.value or b""
        if not (_SECONDS.fullmatch(value) if word.keyword == "HOLDFOR" else _is_date_time(value)):
            yield word.found()
    if len({word.keyword for word in holds}) == 2:
        yield holds[1].found("HOLDFOR and HOLDUNTIL at once")


PRIORITY_INVALID = Rule(
    "priority-invalid",
    "MT-PRIORITY is not a number from -9 to 9",
    Severity.ERROR,
    "RFC 6710 §3",
    quote="",
    why="A server with MT-PRIORITY refuses the MAIL command with 501.",
    mend='Write MT-PRIORITY=3: one digit, with "-" for less than usual and no "+".',
    bad=(_EHLO, b"MAIL FROM:<ann@example.org> MT-PRIORITY=10\r\n"),
    good=(_EHLO, b"MAIL FROM:<ann@example.org> MT-PRIORITY=-9\r\n"),
)


@on_line(PRIORITY_INVALID, "MAIL")
def priority_invalid(line: bytes) -> Iterator[Found]:
    for word in words(line):
        if word.keyword == "MT-PRIORITY" and not _PRIORITY.fullmatch(word.value or b""):
            yield word.found()


RRVS_INVALID = Rule(
    "rrvs-invalid",
    "RRVS is not a date and time of RFC 3339",
    Severity.ERROR,
    "RFC 7293 §3",
    quote='rrvs-param = "RRVS=" date-time [ ";" ( "C" / "R" ) ]',
    why="A server with RRVS refuses the RCPT command with 501, so this recipient gets no mail.",
    mend="Write RRVS=2026-01-02T03:04:05Z, with ;C or ;R behind it where you need them.",
    bad=(_EHLO, _MAIL, b"RCPT TO:<bob@example.org> RRVS=2026-13-01\r\n"),
    good=(_EHLO, _MAIL, b"RCPT TO:<bob@example.org> RRVS=2026-01-02T03:04:05Z;C\r\n"),
)


@on_line(RRVS_INVALID, "RCPT")
def rrvs_invalid(line: bytes) -> Iterator[Found]:
    for word in words(line):
        if word.keyword == "RRVS":
            date, semicolon, action = (word.value or b"").upper().partition(b";")
            if not _is_date_time(date) or (semicolon and action not in (b"C", b"R")):
                yield word.found()


def _is_date_time(value: bytes) -> bool:
    found = _DATE_TIME.fullmatch(value)
    if found is None:
        return False
    year, month, day, hour, minute, _ = map(int, found.groups())
    try:
        datetime(year, month, day, hour, minute)
    except ValueError:
        return False
    return True
