"""Rules: the lines of a header section (RFC 5322 sections 2.1 to 2.3, RFC 6532)."""

import re
from collections.abc import Iterator

from mailtrap.amounts import amount
from mailtrap.fields import Field
from mailtrap.lint.checks import on_message
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.header_section import HeaderSection
from mailtrap.lint.mail import Mail
from mailtrap.lint.samples import ENVELOPE, LETTER

_MOST, _USUAL = 998, 78  # octets of a line: section 2.1.1
_SPACED_NAME = re.compile(rb"^([!-9;-~]++)[ \t]++:", re.MULTILINE)
_BLANK_LINE = re.compile(rb"^[ \t]++\r?$", re.MULTILINE)
_BARE_CRS = re.compile(rb"(?<!\r)\r++(?!\n)")  # a run is tried from its start only: linear

HEADER_SYNTAX = Rule(
    "header-syntax",
    "A line in the header section is no field",
    Severity.ERROR,
    "RFC 5322 §2.2",
    quote="A field name MUST be composed of printable US-ASCII characters (i.e., characters that"
    " have values between 33 and 126, inclusive), except colon.",
    why="Many programs end the header section there: the fields behind it are shown as text, and"
    " its MIME structure is lost. Often it is the body, and the blank line before it is missing.",
    mend="Put a blank line between header and body, a colon behind the name and no blank into it,"
    " and a blank before lines that go on with a field.",
    bad=LETTER.replace(b"Subject: Hello\r\n", b"Subject: Hello\r\nX Tag: a\r\n"),
    good=LETTER.replace(b"Subject: Hello\r\n", b"Subject: Hello\r\nX-Tag: a\r\n"),
)


@on_message(HEADER_SYNTAX)
def header_syntax(mail: Mail) -> Iterator[Found]:
    return _first_that_is_no_field(mail, has_separator=True)


HEADER_BODY_SEPARATOR_MISSING = Rule(
    "header-body-separator-missing",
    "No blank line ends the header section",
    Severity.ERROR,
    "RFC 5322 §2.1",
    quote="separated from the header section by an empty line",
    why="Programs differ in where they take the body to begin, and some show none.",
    mend='Write a blank line before the body: "\\r\\n\\r\\n" behind the last field, with nothing'
    " else in that line.",
    bad=LETTER.replace(b"\r\n\r\n", b"\r\n"),
    good=LETTER,
    elsewhere=(("OpenSMTPD", "550 5.7.1 to mail with no header section at all"),),
)


@on_message(HEADER_BODY_SEPARATOR_MISSING)
def header_body_separator_missing(mail: Mail) -> Iterator[Found]:
    # A header section alone needs no blank line: message = fields [CRLF body].
    return _first_that_is_no_field(mail, has_separator=False)


def _first_that_is_no_field(mail: Mail, *, has_separator: bool) -> Iterator[Found]:
    for section in mail.header_sections:
        if section.no_field is not None and section.has_separator is has_separator:
            start, end = section.no_field
            yield Found(_shown(section.data[start:end]), start, end, part=section.path)


HEADER_SPACE_BEFORE_COLON = Rule(
    "header-space-before-colon",
    "Blanks between the name of a field and its colon",
    Severity.WARNING,
    "RFC 5322 §4.5",
    why="Only obsolete syntax has it. Some programs take it for the field, others for one with"
    " another name or for the body, which is how filters are fooled.",
    mend="Write the colon right behind the name.",
    bad=LETTER.replace(b"Subject:", b"Subject :"),
    good=LETTER,
)


@on_message(HEADER_SPACE_BEFORE_COLON)
def header_space_before_colon(mail: Mail) -> Iterator[Found]:
    for section in mail.header_sections:
        for found in _SPACED_NAME.finditer(section.octets):
            start, end = section.start + found.start(), section.start + found.end()
            yield Found(_shown(found[0]), start, end, found[1].decode("ascii"), section.path)


HEADER_NON_ASCII = Rule(
    "header-non-ascii",
    "Raw 8-bit octets in a field, without SMTPUTF8",
    Severity.ERROR,
    "RFC 5322 §2.2",
    quote="A field body may be composed of printable US-ASCII characters as well as the space"
    " (SP, ASCII value 32) and horizontal tab (HTAB, ASCII value 9) characters",
    why="Servers that keep to the RFC refuse it, and where it passes some readers show the wrong"
    " letters.",
    mend="Encode the text (RFC 2047), which Header or EmailMessage in Python and all usual"
    " libraries do; or say SMTPUTF8 in MAIL, where the server offers it.",
    bad=(ENVELOPE, LETTER.replace(b"Hello\r\nMess", b"Gr\xc3\xbc\xc3\x9fe\r\nMess")),
    good=(ENVELOPE, LETTER.replace(b"Hello\r\nMess", b"=?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMess")),
    probes=("8bit header no SMTPUTF8",),
    elsewhere=(("Gmail", "takes it in most cases"),),
)


@on_message(HEADER_NON_ASCII)
def header_non_ascii(mail: Mail) -> Iterator[Found]:
    if mail.is_internationalized:
        return
    for section, field, octets in _with_8bit(mail):
        # Servers seldom look at the fields of parts.  Of a file nobody knows whether it went with
        # SMTPUTF8, which would allow it.
        is_bad = mail.envelope is not None and not section.path
        severity = None if is_bad else Severity.WARNING
        place = (field.start, field.end, field.name, section.path)
        yield Found(_shown(octets.partition(b":")[2].strip()), *place, severity=severity)


HEADER_INVALID_UTF8 = Rule(
    "header-invalid-utf8",
    "Raw 8-bit octets in a field that are not UTF-8",
    Severity.ERROR,
    "RFC 6532 §3.1",
    why="No RFC says what they mean, so every reader guesses and many guess wrong.",
    mend="Encode the text in UTF-8 before it goes into a field, and then by RFC 2047.",
    bad=LETTER.replace(b"Hello\r\nMess", b"Gr\xfc\xdfe\r\nMess"),
    good=LETTER.replace(b"Hello\r\nMess", b"Gr\xc3\xbc\xc3\x9fe\r\nMess"),
)


@on_message(HEADER_INVALID_UTF8)
def header_invalid_utf8(mail: Mail) -> Iterator[Found]:
    for section, field, octets in _with_8bit(mail):
        try:
            octets.decode("utf-8")
        except UnicodeDecodeError as error:
            shown = _shown(octets[max(0, error.start - 20) : error.start + 20])
            start, end = field.start + error.start, field.start + error.end
            yield Found(shown, start, end, field.name, section.path)


def _with_8bit(mail: Mail) -> Iterator[tuple[HeaderSection, Field, bytes]]:
    """The fields that have 8-bit octets, and their octets."""
    for section in mail.header_sections:
        if section.octets.isascii():
            continue
        for field in section.fields:
            octets = section.octets[field.start - section.start : field.end - section.start]
            if not octets.isascii():
                yield section, field, octets


HEADER_LINE_TOO_LONG = Rule(
    "header-line-too-long",
    "A header line is longer than it should be",
    Severity.ERROR,
    "RFC 5322 §2.1.1",
    quote="Each line of characters MUST be no more than 998 characters, and SHOULD be no more than"
    " 78 characters, excluding the CRLF.",
    why="Servers cut, wrap or refuse lines of more than 998 octets, which breaks the field and any"
    " signature of it. From 79 on it is only less readable.",
    mend="Fold long fields at blanks, as every usual library does; References and lists of"
    " addresses are where it is forgotten.",
    bad=LETTER.replace(b"MIME-Version", b"X-Data: " + b"x" * 991 + b"\r\nMIME-Version"),
    good=LETTER.replace(b"MIME-Version", b"X-Data: " + b"x" * 70 + b"\r\nMIME-Version"),
    elsewhere=(("Postfix", "splits the header at 102400 octets (header_size_limit)"),),
)


@on_message(HEADER_LINE_TOO_LONG)
def header_line_too_long(mail: Mail) -> Iterator[Found]:
    lines = mail.section.split(b"\n")
    if max(map(len, lines)) <= _USUAL:
        return
    start, longest, at, over = 0, 0, 0, 0
    for line in lines:
        line_end = start + len(line.removesuffix(b"\r"))
        if line_end - start > _MOST:
            yield Found(amount(line_end - start, "octet"), start, line_end)
        elif line_end - start > _USUAL and (length := _characters(line)) > _USUAL:
            over += 1
            if length > longest:
                longest, at = length, start
        start += len(line) + 1
    if over:
        # One for all: it is only a matter of style.
        detail = f"{longest} characters" + (f", the longest of {over} lines" if over > 1 else "")
        line_end = mail.section.find(b"\n", at)
        end = len(mail.section) if line_end < 0 else line_end
        yield Found(detail, at, end, severity=Severity.INFO)


def _characters(line: bytes) -> int:
    """RFC 6532 section 3.4: the limit of 78 counts characters, that of 998 octets."""
    return len(line.removesuffix(b"\r").decode("utf-8", "replace"))


HEADER_BLANK_FOLD = Rule(
    "header-blank-fold",
    "A line of blanks within the header section",
    Severity.ERROR,
    "RFC 5322 §3.2.2",
    quote="it MUST NOT be inserted in such a way that any line of a folded header field is made up"
    " entirely of WSP characters and nothing else",
    why="Some programs take it for the end of the header section, and show the rest as text.",
    mend="Strip values before they are folded; a long word behind a blank is what makes some"
    " libraries leave a line of it.",
    bad=LETTER.replace(b"Subject: Hello\r\n", b"Subject: Hello\r\n \r\n Bob\r\n"),
    good=LETTER.replace(b"Subject: Hello\r\n", b"Subject: Hello\r\n Bob\r\n"),
)


@on_message(HEADER_BLANK_FOLD)
def header_blank_fold(mail: Mail) -> Iterator[Found]:
    for section in mail.header_sections:
        for found in _BLANK_LINE.finditer(section.octets):
            start, end = section.start + found.start(), section.start + found.end()
            yield Found(_shown(found[0]), start, end, part=section.path)


HEADER_BARE_CR = Rule(
    "header-bare-cr",
    "CR without LF in the header section",
    Severity.ERROR,
    "RFC 5322 §2.2",
    quote='A field body MUST NOT include CR and LF except when used in "folding" and "unfolding"',
    why="Some programs take it for the end of the line, so what follows becomes a field of its"
    " own: a way to inject one.",
    mend="Remove line ends from values before they become fields, and end lines with CRLF.",
    bad=LETTER.replace(b"Subject: Hello", b"Subject: Hello\rBob"),
    good=LETTER,
    probes=("bare CR in DATA",),
)


@on_message(HEADER_BARE_CR)
def header_bare_cr(mail: Mail) -> Iterator[Found]:
    section = mail.section
    if section.count(b"\r") == section.count(b"\r\n"):
        return
    for found in _BARE_CRS.finditer(section):
        # At the very end of what is read its LF may only be out of sight.
        if found.end() < len(section) or mail.is_header_whole:
            around = section[max(0, found.start() - 20) : found.end() + 20]
            yield Found(_shown(around), *found.span())


HEADER_CR_CR_LF = Rule(
    "header-cr-cr-lf",
    "CR CR LF at the end of a header line",
    Severity.ERROR,
    "RFC 5322 §2.2",
    quote='A field body MUST NOT include CR and LF except when used in "folding" and "unfolding"',
    why="Programs take it for one line end or for two, and two end the header section.",
    mend="Line ends were converted twice: open files in binary mode, and leave the conversion to"
    " the mail library.",
    bad=LETTER.replace(b"Subject: Hello\r\n", b"Subject: Hello\r\r\n"),
    good=LETTER,
)


@on_message(HEADER_CR_CR_LF)
def header_cr_cr_lf(mail: Mail) -> Iterator[Found]:
    section = mail.section
    at = section.find(b"\r\r\n")
    if at >= 0:
        count = section.count(b"\r\r\n")
        yield Found(f"{count} times" if count > 1 else "", at, at + 3)


def _shown(octets: bytes) -> str:
    return repr(octets[:60].rstrip(b"\r\n"))[1:]
