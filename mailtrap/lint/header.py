"""Rules: which fields a header section has (RFC 5322 section 3.6)."""

import re
from collections.abc import Iterator

from mailtrap.lint.checks import on_message
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.header_section import HeaderSection
from mailtrap.lint.mail import Mail
from mailtrap.lint.samples import ENVELOPE, LETTER

_ONCE = (
    "date",
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "bcc",
    "message-id",
    "in-reply-to",
    "references",
    "subject",
)
_MIME_ONCE = (
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "content-disposition",
    "content-id",
    "content-description",
)

HEADER_MISSING_DATE = Rule(
    "header-missing-date",
    "No Date field",
    Severity.ERROR,
    "RFC 5322 §3.6",
    quote="The only required header fields are the origination date field and the originator"
    " address field(s).",
    why="Some servers put in the time at which they got the mail, others refuse it or count it as"
    " spam.",
    mend="Set it when the message is made: message['Date'] = email.utils.localtime() in Python;"
    " nodemailer and PHPMailer do it by themselves.",
    bad=LETTER.replace(b"Date: Fri, 2 Jan 2026 03:04:05 +0000\r\n", b""),
    good=LETTER,
    elsewhere=(
        ("OpenSMTPD", "550 5.7.1 to mail with no header section at all"),
        ("SpamAssassin", "MISSING_DATE"),
    ),
)


@on_message(HEADER_MISSING_DATE)
def header_missing_date(mail: Mail) -> Iterator[Found]:
    return _missing(mail, "Date")


HEADER_MISSING_FROM = Rule(
    "header-missing-from",
    "No From field",
    Severity.ERROR,
    "RFC 5322 §3.6",
    quote="The only required header fields are the origination date field and the originator"
    " address field(s).",
    why="Nobody can tell who wrote it, and DMARC cannot be checked: large receivers refuse it.",
    mend="Set From in the message itself: MAIL FROM is the envelope and does not become a field.",
    bad=LETTER.replace(b"From: Ann <ann@example.org>\r\n", b""),
    good=LETTER,
    elsewhere=(
        ("OpenSMTPD", "550 5.7.1 to mail with no header section at all"),
        ("Gmail", "550-5.7.1 'From' header is missing"),
    ),
)


@on_message(HEADER_MISSING_FROM)
def header_missing_from(mail: Mail) -> Iterator[Found]:
    return _missing(mail, "From")


HEADER_MISSING_MESSAGE_ID = Rule(
    "header-missing-message-id",
    "No Message-ID field",
    Severity.WARNING,
    "RFC 5322 §3.6.4",
    quote='every message SHOULD have a "Message-ID:" field',
    why="Replies cannot be threaded to it, and the mail cannot be found in the logs of two servers."
    " Spam filters count it.",
    mend="Give each message one of its own, such as that of email.utils.make_msgid() in Python.",
    bad=LETTER.replace(b"Message-ID: <1.hello@example.org>\r\n", b""),
    good=LETTER,
    elsewhere=(
        ("Postfix", "adds one to mail of local clients"),
        ("SpamAssassin", "MISSING_MID"),
    ),
)


@on_message(HEADER_MISSING_MESSAGE_ID)
def header_missing_message_id(mail: Mail) -> Iterator[Found]:
    return _missing(mail, "Message-ID")


HEADER_MISSING_TO = Rule(
    "header-missing-to",
    "No To, Cc or Bcc field",
    Severity.INFO,
    "RFC 5322 §3.6.3",
    why="It is allowed, but looks like mail to many: spam filters count it.",
    mend="Name the recipient in To; RCPT TO is the envelope and does not become a field.",
    bad=LETTER.replace(b"To: Bob <bob@example.org>\r\n", b""),
    good=LETTER,
    elsewhere=(("SpamAssassin", "MISSING_HEADERS"),),
)


@on_message(HEADER_MISSING_TO)
def header_missing_to(mail: Mail) -> Iterator[Found]:
    return _missing(mail, "To", "Cc", "Bcc")


HEADER_MISSING_SUBJECT = Rule(
    "header-missing-subject",
    "No Subject field",
    Severity.INFO,
    "RFC 5322 §3.6.5",
    why="People pass over it in their mailbox, and spam filters count it.",
    mend="Set Subject.",
    bad=LETTER.replace(b"Subject: Hello\r\n", b""),
    good=LETTER,
    elsewhere=(("SpamAssassin", "MISSING_SUBJECT"),),
)


@on_message(HEADER_MISSING_SUBJECT)
def header_missing_subject(mail: Mail) -> Iterator[Found]:
    return _missing(mail, "Subject")


def _missing(mail: Mail, *names: str) -> Iterator[Found]:
    if mail.is_header_whole and not any(name.lower() in mail.named for name in names):
        yield Found(field=names[0])


HEADER_DUPLICATE = Rule(
    "header-duplicate",
    "A field that may be there once is there again",
    Severity.ERROR,
    "RFC 5322 §3.6",
    why="Programs differ in which one they show, sign or check; Gmail refuses such mail.",
    mend="Replace the field instead of adding it: in Python del message['Subject'] comes before"
    " message['Subject'] = ..., or use an EmailMessage, which raises. Join addresses with commas.",
    bad=LETTER.replace(b"Subject: Hello\r\n", b"Subject: Hello\r\nSubject: Hello again\r\n"),
    good=LETTER,
    elsewhere=(("Gmail", "550-5.7.1 not RFC 5322 compliant: duplicate headers"),),
)


@on_message(HEADER_DUPLICATE)
def header_duplicate(mail: Mail) -> Iterator[Found]:
    return _repeated(mail.header_section, _ONCE)


MIME_HEADER_DUPLICATE = Rule(
    "mime-header-duplicate",
    "A MIME field that may be there once is there again",
    Severity.WARNING,
    "RFC 2045 §3",
    why="Programs differ in which one they act upon, so one shows text where another shows"
    " an attachment or nothing.",
    mend="Let the library write the MIME fields, or replace its own:"
    " message.replace_header() in Python.",
    bad=LETTER.replace(
        b"Content-Type: text/plain; charset=us-ascii\r\n",
        b"Content-Type: text/plain; charset=us-ascii\r\nContent-Type: text/html\r\n",
    ),
    good=LETTER,
)


@on_message(MIME_HEADER_DUPLICATE)
def mime_header_duplicate(mail: Mail) -> Iterator[Found]:
    for section in mail.header_sections:
        yield from _repeated(section, _MIME_ONCE)


def _repeated(section: HeaderSection, names: tuple[str, ...]) -> Iterator[Found]:
    for name in names:
        fields = section.named.get(name, ())
        if len(fields) > 1:
            second = fields[1]
            place = (second.start, second.end, second.name, section.path)
            yield Found(f"{second.name}, {len(fields)} times", *place)


RETURN_PATH_PRESENT = Rule(
    "return-path-present",
    "A Return-Path field, which the server that delivers writes",
    Severity.WARNING,
    "RFC 5321 §4.4",
    quote="A message-originating SMTP system SHOULD NOT send a message that already contains a"
    " Return-path header field.",
    why="The server that delivers writes Return-Path from MAIL FROM and drops this one, so bounces"
    " do not go where it says.",
    mend="Give the address as the envelope sender instead: from_addr of sendmail() in smtplib,"
    " envelope.from in nodemailer, Sender in PHPMailer.",
    bad=(ENVELOPE, b"Return-Path: <bounces@example.org>\r\n" + LETTER),
    good=(ENVELOPE, LETTER),
    elsewhere=(("Postfix", "removes it (message_drop_headers)"),),
)


@on_message(RETURN_PATH_PRESENT)
def return_path_present(mail: Mail) -> Iterator[Found]:
    # On final delivery a server has to write one, and of a file nobody knows how it came.
    severity = None if mail.envelope is not None else Severity.INFO
    for field in mail.named.get("return-path", ()):
        place = (field.start, field.end, field.name)
        yield Found(_shown(field.raw), *place, severity=severity)


PRECEDENCE_BULK_NO_AUTO = Rule(
    "precedence-bulk-no-auto",
    "It looks like automatic mail, but has no Auto-Submitted field",
    Severity.INFO,
    "RFC 3834 §5",
    why="Vacation programs and other responders may answer it. This is a guess by its Precedence"
    " or X-Auto-Response-Suppress field.",
    mend="Add Auto-Submitted: auto-generated; auto-replied where it answers a mail.",
    bad=LETTER.replace(b"MIME-Version", b"Precedence: bulk\r\nMIME-Version"),
    good=LETTER.replace(
        b"MIME-Version", b"Precedence: bulk\r\nAuto-Submitted: auto-generated\r\nMIME-Version"
    ),
)


@on_message(PRECEDENCE_BULK_NO_AUTO)
def precedence_bulk_no_auto(mail: Mail) -> Iterator[Found]:
    named = mail.named
    # Mail of lists is bulk and not automatic.
    if not {"auto-submitted", "list-id", "list-unsubscribe", "list-post"}.isdisjoint(named):
        return
    for field in (*named.get("precedence", ()), *named.get("x-auto-response-suppress", ())):
        if field.name.lower() != "precedence" or field.raw.lower() in _AUTOMATIC:
            yield Found(f"{field.name}: {_shown(field.raw)}", field.start, field.end, field.name)
            return


_AUTOMATIC = (b"bulk", b"junk", b"auto_reply")

HEADER_INJECTION = Rule(
    "header-injection",
    "A field may have been injected through the value of another (a guess)",
    Severity.ERROR,
    "RFC 5322 §2.2",
    quote='A field body MUST NOT include CR and LF except when used in "folding" and "unfolding"',
    why="Whoever fills in such a value can add recipients or write the mail anew. It is a guess:"
    " found where a line end that is not CRLF or an encoded line end is followed by a field,"
    " or where a field that may be there once appears again right behind a Subject.",
    mend="Refuse values with CR or LF before they become fields; EmailMessage in Python does.",
    bad=LETTER.replace(b"Subject: Hello\r\n", b"Subject: Hello\nBcc: eve@example.org\r\n"),
    good=LETTER.replace(b"Subject: Hello\r\n", b"Subject: Hello\r\n Bcc: eve@example.org\r\n"),
)


@on_message(HEADER_INJECTION)
def header_injection(mail: Mail) -> Iterator[Found]:
    yield from _behind_odd_line_end(mail)
    yield from _behind_encoded_line_end(mail)
    yield from _again_behind_text(mail)


# What programs fill in from the text of others.
_FILLED_IN = ("subject", "from", "reply-to", "to", "cc", "sender")
_INJECTED = (*_ONCE, *_MIME_ONCE)
_ODD_LINE_END = re.compile(rb"(?<!\r)(?:\n|\r++(?!\n))(?=([!-9;-~]++)[ \t]*+:)")
_DECODED_LINE_END = re.compile(r"(?<![\r\n])[\r\n]++([!-9;-~]{1,64}?):")


def _behind_odd_line_end(mail: Mail) -> Iterator[Found]:
    section = mail.section
    crlfs = section.count(b"\r\n")
    lfs = section.count(b"\n")
    # A client that ends most of its lines so has another problem.
    if lfs == crlfs == section.count(b"\r") or lfs >= 2 * crlfs:
        return
    for field in mail.content.fields:
        if field.name.lower() not in _FILLED_IN:
            continue
        # The next field begins where this one ends when LF ended it, within it when CR did.
        for found in _ODD_LINE_END.finditer(section, field.start, field.end + 64):
            if found.start() < field.end and found[1].decode("ascii").lower() in _INJECTED:
                end = found.end() + len(found[1])
                what = "LF" if found[0] == b"\n" else "CR"
                name = found[1].decode("ascii")
                yield Found(f"{name} behind a bare {what}", found.start(), end, field.name)


def _behind_encoded_line_end(mail: Mail) -> Iterator[Found]:
    if b"=?" not in mail.section:
        return
    for name in _FILLED_IN:
        for field in mail.named.get(name, ()):
            if b"=?" in field.raw:
                for found in _DECODED_LINE_END.finditer(field.text):
                    if found[1].lower() in _INJECTED:
                        detail = f"{found[1]} behind an encoded line end"
                        yield Found(detail, field.start, field.end, field.name)


def _again_behind_text(mail: Mail) -> Iterator[Found]:
    is_behind = False  # a Subject
    for field in mail.content.fields:
        name = field.name.lower()
        if is_behind and name != "subject" and name in _INJECTED and len(mail.named[name]) > 1:
            detail = f"{field.name} right behind Subject, and elsewhere"
            yield Found(detail, field.start, field.end, field.name, severity=Severity.WARNING)
        is_behind = name == "subject"


def _shown(octets: bytes) -> str:
    return repr(octets[:60])[1:]
