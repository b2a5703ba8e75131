"""Rules: BDAT and its chunks (RFC 3030)."""

import re
from collections.abc import Iterator

from mailtrap.amounts import amount
from mailtrap.envelope import Envelope, Path
from mailtrap.lint.checks import on_command, on_data, on_end, on_line, on_message
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.esmtp import is_binary, says_binary, shown, word_of
from mailtrap.lint.mail import Mail
from mailtrap.lint.samples import Script
from mailtrap.lint.seen import Seen
from mailtrap.lint.situations import BEHIND_CHUNK, CHUNK, CHUNKS, PARAMETERS
from mailtrap.session import Chunk, Command, MailData
from mailtrap.terms import Terms
from mailtrap.transcriber import VERBS, bdat_arguments

_KNOWN = frozenset(verb.decode("ascii") for verb in VERBS)
_LEFT = ("eof", "reset")  # the client ended it; not the server, not a fault rule
_STUFFED = re.compile(rb"(?:\A|\r\n)\.\.[A-Za-z]")
_BARE_LF = re.compile(rb"(?<!\r)\n")

_EHLO = b"EHLO app.example.org\r\n"
_MAIL = b"MAIL FROM:<ann@example.org>\r\n"
_MAIL_BINARY = b"MAIL FROM:<ann@example.org> BODY=BINARYMIME\r\n"
_RCPT = b"RCPT TO:<bob@example.org>\r\n"
_HEADER = (
    b"Date: Fri, 02 Jan 2026 03:04:05 +0000\r\nFrom: Ann <ann@example.org>\r\n"
    b"To: Bob <bob@example.org>\r\nMessage-ID: <17@example.org>\r\nSubject: hello\r\n"
    b"MIME-Version: 1.0\r\n"
)
_TEXT = _HEADER + b"\r\nhello\r\n"


def _bdat(text: bytes, *, count: int | None = None) -> bytes:
    return b"BDAT %d LAST\r\n" % (len(text) if count is None else count) + text


_GOOD = (_EHLO, _MAIL, _RCPT, _bdat(_TEXT))


BDAT_NOT_ADVERTISED = Rule(
    "bdat-not-advertised",
    "BDAT, but the server does not offer CHUNKING",
    Severity.ERROR,
    "RFC 3030 §2",
    quote="it is important to send the BDAT only to systems that have declared their capability to"
    " accept BDAT commands",
    why="A server that does not know BDAT answers 500 and reads the mail line by line as commands.",
    mend="Send DATA where the EHLO reply does not list CHUNKING.",
    bad=Script(_GOOD, terms=Terms(ehlo_remove=("CHUNKING",))),
    good=_GOOD,
    probes=("BDAT",),
)


@on_command(BDAT_NOT_ADVERTISED, "BDAT")
def bdat_not_advertised(seen: Seen, _command: Command) -> Iterator[Found]:
    # Told of the first chunk of a message.
    if "CHUNKING" not in seen.keywords and not (seen.transaction and seen.transaction.chunks):
        yield Found()


BDAT_SYNTAX = Rule(
    "bdat-syntax",
    "BDAT without a count of octets, or with more than LAST behind it",
    Severity.ERROR,
    "RFC 3030 §2",
    quote='bdat-cmd ::= "BDAT" SP chunk-size [ SP end-marker ] CR LF',
    why="The server does not know how many octets follow and reads them as commands; Postfix"
    " answers 521 and closes the connection.",
    mend="Write BDAT 1024 or BDAT 1024 LAST, with the octets of the chunk as a decimal number.",
    bad=(_EHLO, _MAIL, _RCPT, b"BDAT LAST\r\n"),
    good=_GOOD,
    probes=("BDAT bad size",),
)


@on_line(BDAT_SYNTAX, "BDAT")
def bdat_syntax(line: bytes) -> Iterator[Found]:
    words = line.split(None, 1)
    argument = words[1].rstrip() if len(words) == 2 else b""
    if line.endswith(b"\n") and bdat_arguments(argument) is None:
        yield Found(shown(argument))


BDAT_ORDER = Rule(
    "bdat-order",
    "BDAT without MAIL or without RCPT",
    Severity.ERROR,
    "RFC 3030 §2",
    quote="After all MAIL and RCPT responses are collected and processed, the message is sent using"
    " a series of BDAT commands.",
    why="Servers take the octets, throw them away and answer 503: the mail goes to nobody.",
    mend="Say MAIL and at least one RCPT before BDAT, and look at the replies to both.",
    bad=(_EHLO, _bdat(_TEXT)),
    good=_GOOD,
    probes=("BDAT before MAIL",),
)


@on_command(BDAT_ORDER, "BDAT")
def bdat_order(seen: Seen, _command: Command) -> Iterator[Found]:
    transaction = seen.transaction
    if _is_behind_last(seen) or (transaction is not None and transaction.chunks):
        return
    if transaction is None or transaction.mail is None:
        yield Found("no MAIL")
    elif not transaction.recipients and not transaction.refused:
        yield Found("no RCPT")


BDAT_AFTER_LAST = Rule(
    "bdat-after-last",
    "BDAT behind BDAT LAST",
    Severity.ERROR,
    "RFC 3030 §2",
    quote="Any BDAT command sent after the BDAT LAST is illegal and MUST be replied to with a 503"
    ' "Bad sequence of commands" reply code.',
    why="The message ended with LAST: what comes in the next chunk is thrown away, so the mail is"
    " cut.",
    mend="Put LAST behind the last chunk only, or send BDAT 0 LAST at the end.",
    bad=(*_GOOD, b"BDAT 2 LAST\r\n\r\n"),
    good=(_EHLO, _MAIL, _RCPT, b"BDAT 2\r\nab", b"BDAT 0 LAST\r\n"),
)


@on_command(BDAT_AFTER_LAST, "BDAT")
def bdat_after_last(seen: Seen, _command: Command) -> Iterator[Found]:
    if _is_behind_last(seen):
        yield Found()


DATA_AFTER_BDAT = Rule(
    "data-after-bdat",
    "DATA behind BDAT in one transaction",
    Severity.ERROR,
    "RFC 3030 §2",
    quote="DATA and BDAT commands cannot be used in the same transaction.",
    why="Servers answer 503, and the transaction is in a state that nobody knows.",
    mend="Send the rest of the message with BDAT, or say RSET and begin again.",
    bad=(_EHLO, _MAIL, _RCPT, b"BDAT 2\r\nab", b"DATA\r\n"),
    good=(*_GOOD, _MAIL, _RCPT, b"DATA\r\n", _TEXT + b".\r\n"),
)


@on_command(DATA_AFTER_BDAT, "DATA", when=CHUNKS)
def data_after_bdat(seen: Seen, _command: Command) -> Iterator[Found]:
    transaction = seen.transaction
    if transaction is not None and transaction.mail is not None:
        yield Found()


BINARYMIME_WITH_DATA = Rule(
    "binarymime-with-data",
    "DATA for a message that MAIL said is BINARYMIME",
    Severity.ERROR,
    "RFC 3030 §3",
    quote="BINARYMIME cannot be used with the DATA command. If a DATA command is issued after a"
    ' MAIL command containing the body-value of "BINARYMIME", a 503 "Bad sequence of commands"'
    " response MUST be sent.",
    why="Binary octets do not survive DATA, which knows only lines: they would be damaged.",
    mend="Send the message with BDAT, or encode it and say BODY=8BITMIME.",
    bad=(_EHLO, _MAIL_BINARY, _RCPT, b"DATA\r\n"),
    good=(_EHLO, _MAIL_BINARY, _RCPT, _bdat(_TEXT)),
)


@on_command(BINARYMIME_WITH_DATA, "DATA", when=PARAMETERS)
def binarymime_with_data(seen: Seen, _command: Command) -> Iterator[Found]:
    body = word_of(seen, "BODY")
    if body is not None and (body.value or b"").upper() == b"BINARYMIME":
        yield Found()


BDAT_COUNT_WRONG = Rule(
    "bdat-count-wrong",
    "No command behind a chunk: its count was too small",
    Severity.ERROR,
    "RFC 3030 §2",
    quote="If the sender-SMTP indicates a chunk-size smaller than the actual chunk-size, the"
    " receiver-SMTP will interpret the remainder of the message data as invalid commands.",
    why="The mail is cut, and whoever wrote its text can send commands that way.",
    mend="Count octets, not characters, after the encoding and after line ends became CRLF.",
    bad=(_EHLO, _MAIL, _RCPT, _bdat(_TEXT, count=len(_TEXT) - 7)),
    good=_GOOD,
)


@on_command(BDAT_COUNT_WRONG, when=BEHIND_CHUNK)
def bdat_count_wrong(seen: Seen, command: Command) -> Iterator[Found]:
    assert isinstance(seen.asked, Chunk)
    if command.verb not in _KNOWN:
        yield Found(shown(command.raw.strip()) or "a line end", offset=seen.asked.offset)


DOT_STUFFED_IN_BDAT = Rule(
    "dot-stuffed-in-bdat",
    "Leading dots doubled in a chunk",
    Severity.WARNING,
    "RFC 3030 §2",
    why="Only DATA needs doubled dots. In a chunk nobody takes them away again, so the text arrives"
    " with two dots.",
    mend="Double leading dots for DATA only.",
    bad=(_EHLO, _MAIL, _RCPT, _bdat(_TEXT + b"..hidden {\r\n}\r\n..shown {\r\n}\r\n")),
    good=(_EHLO, _MAIL, _RCPT, _bdat(_TEXT + b".hidden {\r\n}\r\n.shown {\r\n}\r\n")),
)


@on_data(DOT_STUFFED_IN_BDAT, when=CHUNK)
def dot_stuffed_in_bdat(seen: Seen, entry: MailData | Chunk, data: bytes) -> Iterator[Found]:
    if b"\r\n.." not in data or is_binary(seen, entry):
        return
    # Text may have such lines of its own: "...", "../file".  Two that begin with a word, or one
    # of nothing but two dots, and no line with a single dot is what doubling looks like.
    doubled = data.count(b"\r\n..")
    if doubled != data.count(b"\r\n."):
        return
    if b"\r\n..\r\n" in data or len(_STUFFED.findall(data)) > 1:
        at = data.find(b"\r\n..") + 2
        yield Found(amount(doubled, "line"), at, at + 2)


NO_FINAL_CRLF = Rule(
    "no-final-crlf",
    "Last line without a line end",
    Severity.INFO,
    "RFC 5321 §4.1.1.4",
    quote="the originating SMTP system MUST either reject the message as invalid or add <CRLF> in"
    ' order to have the receiving SMTP server recognize the "end of data" condition',
    why="BDAT can end anywhere, DATA cannot: a relay that passes the mail on with DATA has to add"
    " the line end, and the message is not the same any more.",
    mend="End the message with CRLF.",
    bad=(_EHLO, _MAIL, _RCPT, _bdat(_TEXT + b"bye")),
    good=_GOOD,
)


@on_data(NO_FINAL_CRLF, when=CHUNK)
def no_final_crlf(seen: Seen, entry: MailData | Chunk, data: bytes) -> Iterator[Found]:
    assert isinstance(entry, Chunk)
    if not entry.is_last or entry.truncated or not entry.is_complete or is_binary(seen, entry):
        return
    end = data[-1:] or (seen.transaction.end if seen.transaction else b"")
    if end not in (b"", b"\n"):
        yield Found()


BDAT_TEXT_LF = Rule(
    "bdat-text-lf",
    "Text of a binary message has LF without CR",
    Severity.WARNING,
    "RFC 3030 §3",
    quote="In particular, text/* MUST be sent with <CR><LF> terminated lines.",
    why="BODY=BINARYMIME allows any octets in attachments, but a relay passes the text on as it is,"
    " to servers that refuse or mend such lines.",
    mend="Convert the line ends of header and text to CRLF, whatever the transfer encoding.",
    bad=(
        Envelope(Path(b"<ann@example.org>", b"BODY=BINARYMIME")),
        _HEADER + b"Content-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\n\r\nhi\nyou\n",
    ),
    good=(
        Envelope(Path(b"<ann@example.org>", b"BODY=BINARYMIME")),
        _HEADER + b"Content-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\nhi\nyou\n",
    ),
)


@on_message(BDAT_TEXT_LF)
def bdat_text_lf(mail: Mail) -> Iterator[Found]:
    if not says_binary(mail):
        return
    data = mail.content.data
    found = next(filter(None, (_BARE_LF.search(data, *span) for span in _of_lines(mail))), None)
    if found is not None:
        line = data.count(b"\n", 0, found.start()) + 1
        yield Found(f"the first in line {line}", *found.span())


def _of_lines(mail: Mail) -> Iterator[tuple[int, int]]:
    """Where lines are: fields, text, and what is around parts.  In files are octets."""
    start = 0
    for part in mail.own_parts:
        if not part.is_multipart and not part.content_type.startswith("text/"):
            yield start, part.body_start
            start = part.end
    yield start, len(mail.content.data)


DISCONNECT_MID_BDAT = Rule(
    "disconnect-mid-bdat",
    "Connection closed within a message of chunks",
    Severity.ERROR,
    "RFC 5321 §4.1.1.10",
    quote="generally MUST act as if the command or transaction in progress had received a temporary"
    " error (i.e., a 4yz response)",
    why="Servers throw away what has come. Where the client thinks that all was sent, the count of"
    " a chunk was too large, or LAST was forgotten.",
    mend="Compare the count with the octets of the chunk, and end the message with BDAT ... LAST.",
    bad=(_EHLO, _MAIL, _RCPT, _bdat(_TEXT, count=len(_TEXT) + 2)),
    good=_GOOD,
)


@on_end(DISCONNECT_MID_BDAT, *_LEFT)
def disconnect_mid_bdat(seen: Seen, _reason: str) -> Iterator[Found]:
    asked, transaction = seen.asked, seen.transaction
    if isinstance(asked, Chunk) and not asked.is_complete:
        yield Found(f"{amount(asked.size, 'octet')} were announced", offset=asked.offset)
        return
    is_open = transaction is not None and transaction.chunks and transaction.mail is not None
    # Who was refused has to give up.
    if is_open and seen.reply is not None and seen.reply.is_positive:
        yield Found("the last chunk is missing")


def _is_behind_last(seen: Seen) -> bool:
    return isinstance(seen.asked, Chunk) and seen.asked.is_last
