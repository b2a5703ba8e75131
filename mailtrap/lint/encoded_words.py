"""Rules: encoded words in a header section (RFC 2047)."""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailtrap.charsets import codec, fits
from mailtrap.fields import Field
from mailtrap.lint.checks import on_message
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.known_charsets import REGISTERED, taken_for
from mailtrap.lint.mail import Mail
from mailtrap.lint.samples import LETTER

_LONGEST_WORD, _LONGEST_LINE = 75, 76  # RFC 2047 section 2
# The email package of Python folds at 78 and fills the line, which no reader minds.
_FOLDED_LATE = 78
_WORD = re.compile(rb"=\?([^?\s]{1,75})\?([^?\s]{1,75})\?([^?\s]*+)\?=")
_SPACED_WORD = re.compile(rb"=\?[^?\s]{1,75}\?[Qq]\?(?=[^?\s]*+\s)[^?]*+\?=")
_BAD_ESCAPE = re.compile(rb"=(?![0-9A-Fa-f]{2}).{0,2}")
# What looks like one in these is part of an address, a path or a signature, or the MIME rules'.
_WITHOUT = ("arc-", "authentication-", "content-", "dkim-", "list-", "received")


@dataclass(frozen=True, slots=True)
class _Place:
    """A field that holds encoded words."""

    field: Field
    start: int  # offset of its body in the mail data
    part: str = ""  # "" for the header section of the message

    def found(self, detail: str, span: tuple[int, int], severity: Severity | None = None) -> Found:
        return Found(detail, *span, self.field.name, self.part, severity=severity)


ENCODED_WORD_TOO_LONG = Rule(
    "encoded-word-too-long",
    "An encoded word is longer than 75 characters",
    Severity.WARNING,
    "RFC 2047 §2",
    quote="An 'encoded-word' may not be more than 75 characters long, including 'charset',"
    " 'encoding', 'encoded-text', and delimiters.",
    why="Readers that keep to the limit show it raw, and lines of more than 76 characters with an"
    " encoded word are cut by some gateways.",
    mend="Split the text into several encoded words on folded lines, at whole characters: libraries"
    " do so, a single base64 call does not.",
    bad=LETTER.replace(b"Hello\r\nMess", b"=?utf-8?q?" + b"=C3=BC" * 11 + b"?=\r\nMess"),
    good=LETTER.replace(
        b"Hello\r\nMess",
        b"=?utf-8?q?" + b"=C3=BC" * 9 + b"?=\r\n =?utf-8?q?=C3=BC=C3=BC?=\r\nMess",
    ),
)


@on_message(ENCODED_WORD_TOO_LONG)
def encoded_word_too_long(mail: Mail) -> Iterator[Found]:
    for place in _with_encoded_words(mail):
        start = place.field.start
        for line in mail.content.data[start : place.field.end].split(b"\n"):
            words = list(_WORD.finditer(line)) if b"=?" in line else []
            for word in words:
                length = len(word[0])
                if length > _LONGEST_WORD:
                    span = (start + word.start(), start + word.end())
                    severity = Severity.INFO if length <= _FOLDED_LATE else None
                    yield place.found(f"{length} characters", span, severity)
            line_length = len(line.removesuffix(b"\r"))
            if words and line_length > _LONGEST_LINE and len(words[-1][0]) <= _LONGEST_WORD:
                detail = f"in a line of {line_length} characters, 76 are allowed"
                yield place.found(detail, (start, start + line_length), Severity.INFO)
            start += len(line) + 1


ENCODED_WORD_BAD = Rule(
    "encoded-word-bad",
    "An encoded word cannot be decoded",
    Severity.ERROR,
    "RFC 2047 §5",
    quote="Each 'encoded-word' MUST represent an integral number of characters.",
    why="Readers show it raw, or replacement characters where a letter was cut in two.",
    mend="Split the text before it is encoded, at whole characters, and name the charset it is"
    " really in.",
    bad=LETTER.replace(b"Hello\r\nMess", b"=?utf-8?q?Gr=C3?= =?utf-8?q?=BC=C3=9Fe?=\r\nMess"),
    good=LETTER.replace(b"Hello\r\nMess", b"=?utf-8?q?Gr=C3=BC?= =?utf-8?q?=C3=9Fe?=\r\nMess"),
)


@on_message(ENCODED_WORD_BAD)
def encoded_word_bad(mail: Mail) -> Iterator[Found]:
    for place, word in _words(mail):
        flaw, severity = _flaw(*word.groups())
        if flaw:
            yield place.found(f"{_shown(word[0])}: {flaw}", word.span(), severity)


def _flaw(charset: bytes, encoding: bytes, text: bytes) -> tuple[str, Severity | None]:
    """Why it cannot be decoded, "" where it can."""
    if encoding in (b"Q", b"q"):
        escape = _BAD_ESCAPE.search(text) if b"=" in text else None
        if escape:
            return f"{_shown(escape[0])} is no escape", None
        octets = binascii.a2b_qp(text, header=True)
    elif encoding in (b"B", b"b"):
        try:
            octets = binascii.a2b_base64(text, strict_mode=True)
        except binascii.Error:
            return "that is not base64", None
    else:
        return f"encoding {_shown(encoding)}, not B or Q", None
    # RFC 2231 section 5: a language may follow the charset.
    name = charset.decode("ascii", "replace").partition("*")[0].lower()
    codec_name = codec(name)
    if codec_name is None:
        return "" if name in REGISTERED else f"no charset is called {name}", None
    if fits(octets, codec_name):
        return "", None
    taken = taken_for(octets, codec_name)
    if taken is None:
        return f"not whole characters of {name}", None
    superset, severity = taken
    return f"not {name}, but {superset}", severity


ENCODED_WORD_MISPLACED = Rule(
    "encoded-word-misplaced",
    "An encoded word where none may be",
    Severity.ERROR,
    "RFC 2047 §5",
    quote="An 'encoded-word' MUST NOT appear within a 'quoted-string'.",
    why="Readers that keep to the RFC show it raw: the name is unreadable, the address is another.",
    mend='Leave out the quotes around it: =?utf-8?q?J=C3=B6rg?= <...>, not "=?utf-8?..?=" <...>;'
    " domains are written in their A-label form (xn--...) instead. Between two of them is a blank.",
    bad=LETTER.replace(b"From: Ann <", b'From: "=?utf-8?q?J=C3=B6rg?=" <'),
    good=LETTER.replace(b"From: Ann <", b"From: =?utf-8?q?J=C3=B6rg?= <"),
)


@on_message(ENCODED_WORD_MISPLACED)
def encoded_word_misplaced(mail: Mail) -> Iterator[Found]:
    yield from _glued(mail)
    if b"=?" not in mail.section:
        return
    for lists in mail.address_lists.values():
        for each in lists:
            if b"=?" not in each.field.raw:
                continue
            spans = [(*span, "in quotes") for span in each.list.quoted]
            spans += [(box.start, box.end, "in an address") for box in each.list.mailboxes]
            for start, end, where in spans:
                word = _WORD.search(each.field.raw, start, end)
                if word is not None:
                    place = (each.start + word.start(), each.start + word.end())
                    yield Found(f"{_shown(word[0])} {where}", *place, each.field.name)


def _glued(mail: Mail) -> Iterator[Found]:
    for place in _with_encoded_words(mail):
        end = -1
        for word in _WORD.finditer(mail.content.data, place.start, place.field.end):
            if word.start() == end:
                yield place.found(f"{_shown(word[0])} without a blank before it", word.span())
            end = word.end()


ENCODED_WORD_RAW_SPACE = Rule(
    "encoded-word-raw-space",
    "Blanks within an encoded word",
    Severity.WARNING,
    "RFC 2047 §2",
    quote="unencoded white space characters (such as SPACE and HTAB) are FORBIDDEN within an"
    " 'encoded-word'",
    why="Readers that keep to the RFC take it for several words and show it raw.",
    mend="Write each blank as _ or =20, and fold between encoded words only.",
    bad=LETTER.replace(b"Hello\r\nMess", b"=?utf-8?q?Gr=C3=BC=C3=9Fe an Bob?=\r\nMess"),
    good=LETTER.replace(b"Hello\r\nMess", b"=?utf-8?q?Gr=C3=BC=C3=9Fe_an_Bob?=\r\nMess"),
)


@on_message(ENCODED_WORD_RAW_SPACE)
def encoded_word_raw_space(mail: Mail) -> Iterator[Found]:
    for place in _with_encoded_words(mail):
        for word in _SPACED_WORD.finditer(mail.content.data, place.start, place.field.end):
            yield place.found(_shown(word[0]), word.span())


def _words(mail: Mail) -> Iterator[tuple[_Place, re.Match[bytes]]]:
    """The encoded words of the header section; their places are those in the mail data."""
    for place in _with_encoded_words(mail):
        for word in _WORD.finditer(mail.content.data, place.start, place.field.end):
            # RFC 2047 section 5: within a word of other text it is none, and nobody decodes it.
            if not mail.content.data[word.start() - 1 : word.start()].isalnum():
                yield place, word


def _with_encoded_words(mail: Mail) -> Iterator[_Place]:
    """The fields that may hold encoded words and do."""
    if b"=?" not in mail.content.data:
        return
    if b"=?" in mail.section:
        for field in mail.content.fields:
            if b"=?" in field.raw and not field.name.lower().startswith(_WITHOUT):
                yield _Place(field, mail.body_of(field))
    for part in mail.own_parts:
        for field in part.fields_named("content-description"):
            if b"=?" in field.raw:
                path = "" if part is mail.content.root else part.path
                yield _Place(field, mail.body_of(field), path)


def _shown(octets: bytes) -> str:
    return repr(octets if len(octets) <= 60 else octets[:60] + b"...")[1:]
