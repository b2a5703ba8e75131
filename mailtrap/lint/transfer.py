"""Rules: mail data: its octets, its lines and dots, and whether all of it came."""

import re
from collections.abc import Iterator

from mailtrap.amounts import amount
from mailtrap.lint.checks import on_data, on_end, on_entry, on_message
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.esmtp import is_binary, says_binary, word_of
from mailtrap.lint.mail import Mail
from mailtrap.lint.samples import Script
from mailtrap.lint.seen import MAX_LINE, Seen, end_of_line, ends_message, line_before, octet_before
from mailtrap.lint.situations import EIGHT_BIT, ODD_FRAME, ODD_LINES, PARAMETERS
from mailtrap.session import Chunk, MailData

MAX_SHOWN_LINE = 78  # characters without CRLF

_WINDOW = MAX_LINE + 2
_CONTROLS = bytes(octet for octet in (*range(1, 32), 127) if octet not in b"\t\r\n")
# ISO-2022-JP and its like shift with ESC, SO and SI (RFC 1468, RFC 1557).
_CONTROLS_BUT_SHIFTS = _CONTROLS.translate(None, b"\x1b\x0e\x0f")
_SHIFTS_CHARSET = re.compile(rb"iso-2022-", re.IGNORECASE)
_8BIT = re.compile(rb"[\x80-\xff]")
# The client ended it; not the server, not a fault rule.
_LEFT = ("eof", "reset")

_EHLO = b"EHLO app.example.org\r\n"
_MAIL = b"MAIL FROM:<ann@example.org>\r\n"
_MAIL_8BIT = b"MAIL FROM:<ann@example.org> BODY=8BITMIME\r\n"
_RCPT = b"RCPT TO:<bob@example.org>\r\n"
_BEFORE = (_EHLO, _MAIL, _RCPT, b"DATA\r\n")
_HEADER = (
    b"Date: Fri, 02 Jan 2026 03:04:05 +0000\r\nFrom: Ann <ann@example.org>\r\n"
    b"To: Bob <bob@example.org>\r\nMessage-ID: <17@example.org>\r\nSubject: hello\r\n"
)
_TEXT = _HEADER + b"\r\nhello\r\n"
_8BIT_TEXT = (
    _HEADER
    + b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
    + b"Content-Transfer-Encoding: 8bit\r\n\r\n"
    + "grüße\r\n".encode()
)
_GOOD = (*_BEFORE, _TEXT + b".\r\n")


DOT_NOT_STUFFED = Rule(
    "dot-not-stuffed",
    "Line that begins with a dot sent without a second one",
    Severity.ERROR,
    "RFC 5321 §4.5.2",
    quote="Before sending a line of mail text, the SMTP client checks the first character of the"
    " line. If it is a period, one additional period is inserted at the beginning of the line.",
    why="Every server takes the first dot of a line away, so the text is damaged; a line with"
    " nothing but a dot would end the mail and turn the rest into commands.",
    mend="Double the leading dot of each line of the mail data. Libraries do it in sendmail() or"
    " send(); do not write to the socket yourself.",
    bad=(*_BEFORE, _TEXT + b".hidden { display: none }\r\n.\r\n"),
    good=(*_BEFORE, _TEXT + b"..hidden { display: none }\r\n.\r\n"),
)


@on_entry(DOT_NOT_STUFFED, MailData, when=ODD_FRAME)
def dot_not_stuffed(_seen: Seen, entry: MailData) -> Iterator[Found]:
    if entry.lone_dots:
        yield Found(amount(entry.lone_dots, "line"))


LINE_TOO_LONG = Rule(
    "line-too-long",
    "Line of more than 998 octets",
    Severity.ERROR,
    "RFC 5322 §2.1.1",
    quote="Each line of characters MUST be no more than 998 characters, and SHOULD be no more than"
    " 78 characters, excluding the CRLF.",
    why="Relays cut or wrap such lines, which breaks HTML, attachments and DKIM signatures; some"
    " servers refuse the mail.",
    mend="Encode the part as quoted-printable or base64: in Python set_content(..., cte='base64'),"
    " in nodemailer textEncoding.",
    bad=(*_BEFORE, _TEXT + b"x" * 999 + b"\r\n.\r\n"),
    good=(*_BEFORE, _TEXT + b"x" * 998 + b"\r\n.\r\n"),
    probes=("line 999 in DATA", "line 5000 in DATA", "line 100000 in DATA"),
)


@on_data(LINE_TOO_LONG, when=ODD_LINES)
def line_too_long(seen: Seen, entry: MailData | Chunk, data: bytes) -> Iterator[Found]:
    if is_binary(seen, entry):
        return
    before, begun = octet_before(seen, entry), line_before(seen, entry)
    was_told = begun - (before == b"\r") > MAX_LINE  # with the chunk before
    start, size = -begun, len(data)
    while size - start > MAX_LINE:
        # The last line end that a line within the limit can have: no need to look at each.
        first = max(start, 0)
        end = data.rfind(b"\n", first, max(start + _WINDOW, 0))
        if end < 0:
            end = end_of_line(data, first)
            length = end - start - ((data[end - 1 : end] or before) == b"\r")
            if length > MAX_LINE and not (was_told and start < 0):
                line = data.count(b"\n", 0, first) + 1
                yield Found(f"{length} octets in line {line}", first, end)
                return
        start = end + 1


LINE_OVER_78 = Rule(
    "line-over-78",
    "Line of the body of more than 78 characters",
    Severity.INFO,
    "RFC 5322 §2.1.1",
    quote="Each line of characters MUST be no more than 998 characters, and SHOULD be no more than"
    " 78 characters, excluding the CRLF.",
    why="Readers on a terminal cut or wrap such lines. Common in HTML, and harmless there.",
    mend="Wrap text, or encode the part as quoted-printable.",
    bad=_TEXT + b"x" * 79 + b"\r\n",
    good=_TEXT + b"x" * 78 + b"\r\n",
)


@on_message(LINE_OVER_78)
def line_over_78(mail: Mail) -> Iterator[Found]:
    if says_binary(mail):
        return
    at, longest, place = mail.content.body_start, 0, (0, 0)
    lines = mail.content.data[at:].split(b"\n")
    if max(map(len, lines)) <= MAX_SHOWN_LINE:
        return
    for line in lines:
        if len(line) > MAX_SHOWN_LINE:
            text = line.removesuffix(b"\r")
            length = len(text if text.isascii() else text.decode("utf-8", "replace"))
            if length > longest:
                longest, place = length, (at, at + len(text))
        at += len(line) + 1
    if longest > MAX_SHOWN_LINE:
        yield Found(f"the longest has {longest}", *place)


NUL_IN_DATA = Rule(
    "nul-in-data",
    "NUL in the mail data",
    Severity.ERROR,
    "RFC 5322 §3.5",
    why="Programs in C end the text there: servers, filters and readers each see another mail."
    " Mostly it is UTF-16, or a file that was not encoded.",
    mend="Encode text as UTF-8 and attachments as base64.",
    bad=(*_BEFORE, _TEXT + b"he\0llo\r\n.\r\n"),
    good=_GOOD,
    probes=("NUL in DATA",),
)


@on_data(NUL_IN_DATA, when=ODD_LINES)
def nul_in_data(seen: Seen, entry: MailData | Chunk, data: bytes) -> Iterator[Found]:
    if b"\0" in data and not is_binary(seen, entry):
        count, at = data.count(b"\0"), data.find(b"\0")
        yield Found(amount(count, "octet"), at, at + 1)


CONTROL_IN_DATA = Rule(
    "control-in-data",
    "Control characters in the mail data",
    Severity.INFO,
    "RFC 5321 §4.1.1.4",
    quote="experience has indicated that use of control characters other than SP, HT, CR, and LF"
    " may cause problems and SHOULD be avoided when possible",
    why="Readers show them as they like: as boxes, as colours of a terminal, or not at all.",
    mend="Take them out of text, or encode the part as base64.",
    bad=_TEXT + b"bell \x07\r\n",
    good=_TEXT + b"tab \t\r\n",
)


@on_message(CONTROL_IN_DATA)
def control_in_data(mail: Mail) -> Iterator[Found]:
    data = mail.content.data
    if len(data.translate(None, _CONTROLS)) == len(data) or says_binary(mail):
        return
    controls = _CONTROLS_BUT_SHIFTS if _SHIFTS_CHARSET.search(data) else _CONTROLS
    count = len(data) - len(data.translate(None, controls))
    if found := re.search(b"[" + re.escape(controls) + b"]", data):
        yield Found(f"{count}, the first is 0x{found[0][0]:02x}", *found.span())


EIGHT_BIT_WITHOUT_8BITMIME = Rule(
    "8bit-without-8bitmime",
    "8-bit octets in the body without BODY=8BITMIME",
    Severity.ERROR,
    "RFC 6152 §3",
    quote="The value associated with the BODY parameter indicates whether the content body that"
    " will be passed using the DATA command consists of a MIME message containing some arbitrary"
    ' octet-aligned material ("8BITMIME") or is encoded entirely in accordance with RFC 5321'
    ' ("7BIT").',
    why="Most servers take it, but one that checks (Postfix with strict_8bitmime) refuses it with"
    " 550, and a relay may pass it to a server that clears the eighth bit.",
    mend="Add BODY=8BITMIME to MAIL where the EHLO reply lists 8BITMIME; else encode the part as"
    " quoted-printable or base64.",
    bad=(*_BEFORE, _8BIT_TEXT + b".\r\n"),
    good=(_EHLO, _MAIL_8BIT, _RCPT, b"DATA\r\n", _8BIT_TEXT + b".\r\n"),
    probes=("8bit DATA no BODY",),
)


@on_data(EIGHT_BIT_WITHOUT_8BITMIME, when=EIGHT_BIT)
def eight_bit_without_8bitmime(seen: Seen, entry: MailData | Chunk, data: bytes) -> Iterator[Found]:
    transaction = seen.transaction
    if transaction is None or transaction.mail is None:
        return
    body = word_of(seen, "BODY")
    if body is not None and (body.value or b"").upper() != b"7BIT":
        return
    # Octets of the header section are for the rules of header fields, and for SMTPUTF8.
    start = 0 if transaction.chunks else _body_start(data, is_whole=ends_message(entry))
    first = _8BIT.search(data, start)
    if first is not None:
        line = data.count(b"\n", 0, first.start()) + 1
        yield Found(f"0x{first[0][0]:02x} in line {line}", *first.span())


EIGHT_BIT_MIME_UNNEEDED = Rule(
    "8bitmime-unneeded",
    "BODY=8BITMIME, but the message is ASCII",
    Severity.INFO,
    "RFC 6152 §3",
    why="It costs nothing with most servers. One without 8BITMIME cannot be handed such a mail as"
    " it is, though it could have been.",
    mend="Leave BODY out for mail that is ASCII.",
    bad=(_EHLO, _MAIL_8BIT, _RCPT, b"DATA\r\n", _TEXT + b".\r\n"),
    good=_GOOD,
)


@on_data(EIGHT_BIT_MIME_UNNEEDED, when=PARAMETERS)
def eight_bit_mime_unneeded(seen: Seen, entry: MailData | Chunk, data: bytes) -> Iterator[Found]:
    transaction = seen.transaction
    if transaction is None or not data or not data.isascii():
        return
    body = word_of(seen, "BODY")
    if body is None or (body.value or b"").upper() != b"8BITMIME":
        return
    if not transaction.chunks and ends_message(entry):
        yield Found()


MESSAGE_EMPTY = Rule(
    "message-empty",
    "Message without any octet",
    Severity.ERROR,
    "RFC 5321 §4.1.1.4",
    quote='the "no mail data" case does not conform to this specification since it would require'
    " that neither the trace header fields required by this specification nor the message header"
    " section required by RFC 5322 be transmitted",
    why="Servers accept it, and somebody gets an empty mail from nobody.",
    mend="Look at why the message was empty: a template that failed, a file or stream that was"
    " read to its end before.",
    bad=(*_BEFORE, b".\r\n"),
    good=_GOOD,
    probes=("empty message",),
)


@on_data(MESSAGE_EMPTY, when=ODD_FRAME)
def message_empty(seen: Seen, entry: MailData | Chunk, _data: bytes) -> Iterator[Found]:
    if entry.size or not ends_message(entry):
        return
    transaction = seen.transaction
    # With no recipient left, the dot alone is what RFC 2920 section 3.1 asks for.
    is_given_up = transaction is not None and transaction.refused and not transaction.recipients
    if not is_given_up and not (transaction and transaction.size):
        yield Found()


EXTRA_CRLF_BEFORE_DOT = Rule(
    "extra-crlf-before-dot",
    "Blank line before the final dot",
    Severity.INFO,
    "RFC 5321 §4.1.1.4",
    quote="An extra <CRLF> MUST NOT be added, as that would cause an empty line to be added to the"
    " message.",
    why="Where the text itself does not end so, the client added a line end too many, and the mail"
    " gets a blank line; signatures made before do not fit any more.",
    mend="End the data with CRLF . CRLF only where it does not end with CRLF, else with . CRLF.",
    bad=(*_BEFORE, _TEXT + b"\r\n.\r\n"),
    good=_GOOD,
)


@on_data(EXTRA_CRLF_BEFORE_DOT, when=ODD_FRAME)
def extra_crlf_before_dot(_seen: Seen, entry: MailData | Chunk, data: bytes) -> Iterator[Found]:
    if data.endswith(b"\r\n\r\n") and isinstance(entry, MailData) and ends_message(entry):
        end = len(data)
        # With an empty body it is the line between header section and body.
        if data.find(b"\r\n\r\n") < end - 4:
            yield Found("", end - 2, end)


DISCONNECT_MID_DATA = Rule(
    "disconnect-mid-data",
    "Connection closed within the mail data",
    Severity.ERROR,
    "RFC 5321 §4.1.1.10",
    quote="generally MUST act as if the command or transaction in progress had received a temporary"
    " error (i.e., a 4yz response)",
    why="Servers throw away what has come; the mail is lost unless the client tries again.",
    mend="Look for what ended the client: an exception while the message was made, a timeout that"
    " is too short, a process that exits without waiting for the send.",
    bad=Script((*_BEFORE, _TEXT)),
    good=_GOOD,
)


@on_end(DISCONNECT_MID_DATA, *_LEFT)
def disconnect_mid_data(seen: Seen, _reason: str) -> Iterator[Found]:
    asked = seen.asked
    if isinstance(asked, MailData) and not asked.is_complete:
        yield Found(f"after {amount(asked.size, 'octet')}", offset=asked.offset)


DATA_STALLED = Rule(
    "data-stalled",
    "Silence within the mail data until the server gave up",
    Severity.WARNING,
    "RFC 5321 §4.5.3.2.5",
    quote="This is while awaiting the completion of each TCP SEND call transmitting a chunk of"
    " data.",
    why="Servers wait some minutes (the RFC has 3 for a block of data), then answer 421 and close;"
    " the mail is lost unless the client tries again.",
    mend="Make the whole message before DATA. Where all of it was sent, look at its end: it must"
    " be CR LF . CR LF.",
    bad=Script((*_BEFORE, _TEXT), end="timeout"),
    good=_GOOD,
)


@on_end(DATA_STALLED, "timeout")
def data_stalled(seen: Seen, _reason: str) -> Iterator[Found]:
    asked = seen.asked
    if isinstance(asked, (MailData, Chunk)) and not asked.is_complete:
        yield Found(f"after {amount(asked.size, 'octet')}" if isinstance(asked, MailData) else "")


def _body_start(data: bytes, *, is_whole: bool) -> int:
    """Where the body begins; 0 where all there is has no header section."""
    if data.startswith((b"\r\n", b"\n")):
        return 0
    ends = (data.find(b"\r\n\r\n"), data.find(b"\n\n"))
    start = min((end for end in ends if end >= 0), default=-1)
    if start < 0:
        return 0 if is_whole else len(data)
    return start
