"""Rules: how the lines of mail data end, and how mail data itself ends."""

import re
from collections.abc import Iterator

from mailtrap.lint.checks import on_data
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.esmtp import is_binary
from mailtrap.lint.seen import Seen, ends_message, octet_before
from mailtrap.lint.situations import ODD_FRAME, ODD_LINES
from mailtrap.session import Chunk, Command, MailData

_USUAL_ENDS = (b"\r\n.\r\n", b".\r\n")
_DOT_AND_LINE_END = re.compile(rb"\.\0?(?:\r*+\n|\r)")
# What is left of <CRLF>.<LF> and its like: the dot is gone, as a leading dot of a line.
_LEFT_OF_LOOKALIKE = re.compile(rb"(?:\A|\r\n)(?:\n|\r(?!\n)|\0\r*+\n)")

_PROBES = (
    "EOD LF.LF",
    "EOD LF.CRLF",
    "EOD CRLF.LF",
    "EOD CR.CR",
    "EOD CR.CRLF",
    "EOD CRLF.CR",
    "EOD CR.LF",
    "EOD LF.CR",
    "EOD CRLF.CRCRLF",
    "EOD CRCRLF.CRCRLF",
    "EOD CRLF NUL.CRLF",
    "EOD CRLF.NUL CRLF",
)
_MEND_LINE_ENDS = (
    "Convert all line ends to CRLF once, just before sending: in Python flatten the message with"
    " policy.SMTP, with curl use --crlf for files made on Unix."
)

_BEFORE = (
    b"EHLO app.example.org\r\n",
    b"MAIL FROM:<ann@example.org>\r\n",
    b"RCPT TO:<bob@example.org>\r\n",
    b"DATA\r\n",
)
_HEADER = (
    b"Date: Fri, 02 Jan 2026 03:04:05 +0000\r\nFrom: Ann <ann@example.org>\r\n"
    b"To: Bob <bob@example.org>\r\nMessage-ID: <17@example.org>\r\nSubject: hello\r\n\r\n"
)
_GOOD = (*_BEFORE, _HEADER + b"hello\r\nworld\r\n.\r\n")


BARE_LF_DATA = Rule(
    "bare-lf-data",
    "Line of mail data ended by LF without CR",
    Severity.ERROR,
    "RFC 5321 §2.3.8",
    quote="SMTP client implementations MUST NOT transmit these characters except when they are"
    " intended as line terminators and then MUST, as indicated above, transmit them only as a"
    " <CRLF> sequence.",
    why="Exchange Online refuses such mail (550 5.6.11) and qmail does (451); servers differ in"
    " what they take for a line, which is what SMTP smuggling is made of, and DKIM signatures"
    " break when a relay mends it.",
    mend=_MEND_LINE_ENDS,
    bad=(*_BEFORE, _HEADER + b"hello\nworld\r\n.\r\n"),
    good=_GOOD,
    probes=("bare LF in DATA",),
    elsewhere=(
        ("Exchange Online", "550 5.6.11 SMTPSEND.BareLinefeedsAreIllegal"),
        ("qmail", "451 See http://pobox.com/~djb/docs/smtplf.html."),
    ),
)


@on_data(BARE_LF_DATA, when=ODD_LINES)
def bare_lf_data(seen: Seen, entry: MailData | Chunk, data: bytes) -> Iterator[Found]:
    count = seen.line_ends.bare_lf
    if not count or is_binary(seen, entry):
        return
    # Behind a chunk it may be half of a CRLF.
    at = data.find(b"\n", 1 if octet_before(seen, entry) == b"\r" else 0)
    while at >= 0 and data[at - 1 : at] == b"\r":
        at = data.find(b"\n", at + 1)
    if at >= 0:
        yield Found(f"{count} of {seen.line_ends.all} lines, {_line(data, at)}", at, at + 1)


BARE_CR_DATA = Rule(
    "bare-cr-data",
    "CR without LF in mail data",
    Severity.ERROR,
    "RFC 5322 §2.3",
    quote="CR and LF MUST only occur together as CRLF; they MUST NOT appear independently in the"
    " body.",
    why="Some servers take it for a line end, some replace it with a blank, some keep it: the"
    " mail is not the same everywhere, and what one server reads as text is a line to the next.",
    mend="Replace lone CRs before sending, and encode what must keep them as base64 or"
    " quoted-printable. " + _MEND_LINE_ENDS,
    bad=(*_BEFORE, _HEADER + b"hello\rworld\r\n.\r\n"),
    good=_GOOD,
    probes=("bare CR in DATA",),
)


@on_data(BARE_CR_DATA, when=ODD_LINES)
def bare_cr_data(seen: Seen, entry: MailData | Chunk, data: bytes) -> Iterator[Found]:
    if not seen.line_ends.bare_cr or is_binary(seen, entry):
        return
    # The CRs of <CR><CR><LF> have a rule of their own.
    count, at = seen.line_ends.bare_cr - data.count(b"\r\r\n"), data.find(b"\r")
    while at >= 0:
        end = at + 1
        while data[end : end + 1] == b"\r":
            end += 1
        is_cut = end == len(data) and not ends_message(entry)
        if data[end : end + 1] != b"\n" and not is_cut:
            yield Found(f"{count}, {_line(data, at)}", at, end)
            return
        at = data.find(b"\r", end)


CR_CR_LF_DATA = Rule(
    "cr-cr-lf-data",
    "Line of mail data ended by CR CR LF",
    Severity.ERROR,
    "RFC 5321 §2.3.8",
    quote="SMTP client implementations MUST NOT transmit these characters except when they are"
    " intended as line terminators and then MUST, as indicated above, transmit them only as a"
    " <CRLF> sequence.",
    why="Line ends were converted twice. Readers show blank lines, or the header section ends"
    " early; Postfix collapses them and breaks DKIM signatures by that.",
    mend="Convert line ends once. On Windows, open files in binary mode (newline='' in Python),"
    " or a text-mode file turns CRLF into CR CR LF.",
    bad=(*_BEFORE, _HEADER + b"hello\r\r\nworld\r\r\n.\r\n"),
    good=_GOOD,
)


@on_data(CR_CR_LF_DATA, when=ODD_LINES)
def cr_cr_lf_data(seen: Seen, entry: MailData | Chunk, data: bytes) -> Iterator[Found]:
    if seen.line_ends.bare_cr and not is_binary(seen, entry):
        at = data.find(b"\r\r\n")
        if at >= 0:
            count = data.count(b"\r\r\n")
            yield Found(f"{count} of {seen.line_ends.all} lines, {_line(data, at)}", at, at + 3)


EOD_LOOKALIKE = Rule(
    "eod-lookalike",
    "Octets in the mail data that some servers take for its end",
    Severity.ERROR,
    "RFC 5321 §4.1.1.4",
    quote='In particular, the sequence "<LF>.<LF>" (bare line feeds, without carriage returns) MUST'
    " NOT be treated as equivalent to <CRLF>.<CRLF> as the end of mail data indication.",
    why="Such a server ends the mail there and reads the rest as commands: whoever wrote the text"
    " can send mail in the name of others (SMTP smuggling, CVE-2023-51764 and its like).",
    mend=_MEND_LINE_ENDS + " Then double the leading dot of each line (most libraries do).",
    bad=(*_BEFORE, _HEADER + b"hello\n.\r\nMAIL FROM:<eve@example.org>\r\n.\r\n"),
    good=(*_BEFORE, _HEADER + b"hello\r\n..\r\nMAIL FROM:<eve@example.org>\r\n.\r\n"),
    probes=_PROBES,
)


@on_data(EOD_LOOKALIKE, when=ODD_LINES)
def eod_lookalike(seen: Seen, entry: MailData | Chunk, data: bytes) -> Iterator[Found]:
    ends = seen.line_ends
    # Each of them has a bare CR, a bare LF or a NUL.
    if not (ends.bare_lf or ends.bare_cr or b"\0" in data) or is_binary(seen, entry):
        return
    if not _was_unstuffed_at_lf(seen, entry):
        for found in _DOT_AND_LINE_END.finditer(data):
            start = _lookalike_start(data, found.start(), is_start=_is_start(seen, entry))
            if start is not None:
                yield Found(f"{data[start : found.end()]!r}", start, found.end())
                return
    if isinstance(entry, MailData) and entry.lone_dots:
        left = _LEFT_OF_LOOKALIKE.search(data)
        if left is not None:
            yield Found(f"a dot in {left[0]!r}", left.start(), left.end())


def _lookalike_start(data: bytes, dot: int, *, is_start: bool) -> int | None:
    """Where a look-alike with that dot begins; None where the dot stands in a line.

    A dot right behind CRLF is content: it was doubled on the wire, or has no meaning in a chunk.
    """
    line_end = dot - 1 if data[dot - 1 : dot] == b"\0" else dot
    if line_end < 2 and not is_start:
        return None  # what is before it came with another chunk
    if line_end == 0:
        return 0 if dot else None
    before = data[max(0, line_end - 2) : line_end]
    if before.endswith(b"\r\n"):
        return line_end - 2 if line_end < dot else None
    return line_end - 1 if before.endswith((b"\n", b"\r")) else None


EOD_NONSTANDARD = Rule(
    "eod-nonstandard",
    "Mail data ended by something else than CRLF . CRLF",
    Severity.ERROR,
    "RFC 5321 §4.1.1.4",
    quote="The mail data are terminated by a line containing only a period, that is, the character"
    ' sequence "<CRLF>.<CRLF>"',
    why="Most servers wait for the end of the mail until the connection times out; those that do"
    " not are open to SMTP smuggling.",
    mend="Send CR LF . CR LF as five octets, whatever line ends the platform has.",
    bad=(*_BEFORE[:3], b"DATA\n", _HEADER + b"hello\n.\n"),
    good=_GOOD,
    probes=_PROBES,
)


@on_data(EOD_NONSTANDARD, when=ODD_FRAME)
def eod_nonstandard(_seen: Seen, entry: MailData | Chunk, _data: bytes) -> Iterator[Found]:
    if isinstance(entry, MailData) and entry.terminator and entry.terminator not in _USUAL_ENDS:
        yield Found(repr(entry.terminator))


def _line(data: bytes, at: int) -> str:
    before = data.count(b"\n", 0, at)
    return f"the first in line {before + 1}"


def _is_start(seen: Seen, entry: MailData | Chunk) -> bool:
    """No octets of the message come before the entry."""
    return isinstance(entry, MailData) or seen.transaction is None or not seen.transaction.chunks


def _was_unstuffed_at_lf(seen: Seen, entry: MailData | Chunk) -> bool:
    """A client that ends all lines with LF doubled their dots, and they were taken off again."""
    if not isinstance(entry, MailData) or seen.line_ends.crlf:
        return False
    speaks_lf = isinstance(seen.asked, Command) and not seen.asked.raw.endswith(b"\r\n")
    return speaks_lf or entry.terminator.startswith(b"\n")
