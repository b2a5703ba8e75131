"""Rules: Date and Message-ID (RFC 5322 sections 3.3, 3.6.1 and 3.6.4)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import islice

from mailtrap.fields import Field
from mailtrap.lint.checks import on_arrival, on_message
from mailtrap.lint.comments import blanks_end, without_comments
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.mail import Mail
from mailtrap.lint.past import Past
from mailtrap.lint.samples import ENVELOPE, LETTER, START

_LONGEST_ID = 998  # octets; one that is longer is not remembered
_LONGEST_DATE = 200  # octets; a comment may be in it
_DATES, _IDS = ("date", "resent-date"), ("message-id", "resent-message-id")
_FAR = timedelta(days=1)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
_HOURS = {"ut": 0, "gmt": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6}
# Section 4.3; single letters mean nothing any more, but they are known.
_ZONES = {**dict.fromkeys("abcdefghiklmnopqrstuvwxyz", 0), **_HOURS, "pst": -8, "pdt": -7}
_DATE = re.compile(
    r"(?:(?P<weekday>[a-z]++)\s*+,\s*+)?(?P<day>\d{1,2})\s++(?P<month>[a-z]++)\s++(?P<year>\d{2,}+)"
    r"\s++(?P<hour>\d{2})\s*+:\s*+(?P<minute>\d{2})(?:\s*+:\s*+(?P<second>\d{2}))?+"
    r"(?:\s++(?P<zone>[+-]\d{4}|[a-z]++))?+",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Read:
    at: datetime | None = None  # aware
    flaw: str = ""
    obsolete: str = ""  # form
    is_unknown: bool = False  # zone


DATE_INVALID = Rule(
    "date-invalid",
    "The Date is not valid",
    Severity.ERROR,
    "RFC 5322 §3.3",
    quote="A date-time specification MUST be semantically valid.",
    why="Mail is sorted to the wrong place or shown without a date, and spam filters count it.",
    mend="Let a library write it: email.utils.format_datetime() in Python, never a format of your"
    " own in the language of the machine.",
    bad=LETTER.replace(b"Fri, 2 Jan", b"Mon, 2 Jan"),
    good=LETTER,
    elsewhere=(("SpamAssassin", "INVALID_DATE"),),
)


@on_message(DATE_INVALID)
def date_invalid(mail: Mail) -> Iterator[Found]:
    for field in _dates(mail, *_DATES):
        flaw = _read_date(field.raw).flaw
        if flaw:
            yield Found(flaw, field.start, field.end, field.name)


DATE_OBSOLETE_ZONE = Rule(
    "date-obsolete-zone",
    "The Date has an obsolete form of zone or year",
    Severity.INFO,
    "RFC 5322 §4.3",
    why="Receivers have to take it, but the letters of zones mean different things in different"
    " places, and years of two digits are guessed.",
    mend="Write the zone as +0000, the year with four digits.",
    bad=LETTER.replace(b"+0000", b"GMT"),
    good=LETTER,
)


@on_message(DATE_OBSOLETE_ZONE)
def date_obsolete_zone(mail: Mail) -> Iterator[Found]:
    for field in _dates(mail, *_DATES):
        read = _read_date(field.raw)
        if read.obsolete:
            severity = Severity.WARNING if read.is_unknown else None
            yield Found(read.obsolete, field.start, field.end, field.name, severity=severity)


DATE_SKEW = Rule(
    "date-skew",
    "The Date is more than a day off",
    Severity.INFO,
    "RFC 5322 §3.6.1",
    quote="the date and time at which the creator of the message indicated that the message was"
    " complete and ready to enter the mail delivery system",
    why="The mail is sorted far from the top of the mailbox where nobody sees it, and spam filters"
    " count it.",
    mend="Set Date when the mail is sent, not when its template was made, and check the clock"
    " and the zone of the machine.",
    bad=(ENVELOPE, LETTER.replace(b"Fri, 2 Jan 2026", b"Sun, 4 Jan 2026"), START),
    good=(ENVELOPE, LETTER, START),
    elsewhere=(("SpamAssassin", "DATE_IN_FUTURE, DATE_IN_PAST"),),
)


@on_message(DATE_SKEW)
def date_skew(mail: Mail) -> Iterator[Found]:
    if mail.received is None:
        return
    for field in _dates(mail, "date"):
        at = _read_date(field.raw).at
        if at is not None and abs(at - mail.received) > _FAR:
            days = abs(at - mail.received).days
            where = "in the future" if at > mail.received else "in the past"
            detail = f"{days} day{'s' if days > 1 else ''} {where}"
            yield Found(detail, field.start, field.end, field.name)


def _dates(mail: Mail, *names: str) -> Iterator[Field]:
    for name in names:
        yield from islice(mail.named.get(name, ()), 10)


def _read_date(raw: bytes) -> _Read:
    """What a Date says, comments and blanks aside."""
    if len(raw) > _LONGEST_DATE:
        return _Read(flaw=f"{len(raw)} octets")
    found = _DATE.fullmatch(without_comments(raw).decode("ascii", "replace").strip())
    if found is None:
        sent = raw.decode("ascii", "replace")
        return _Read(flaw=repr(" ".join(sent.split())) if raw else "empty")
    return _valued(found)


def _valued(found: re.Match[str]) -> _Read:
    flaw = _flaw(found)
    if flaw:
        return _Read(flaw=flaw)
    year, zone = found["year"], found["zone"].lower()
    obsolete = [f"zone {found['zone']}"] if zone[0] not in "+-" else []
    obsolete += [f"year {year}"] if len(year) < 4 else []
    is_unknown = zone[0] not in "+-" and zone not in _ZONES
    return _Read(_at(found), obsolete=", ".join(obsolete), is_unknown=is_unknown)


def _flaw(found: re.Match[str]) -> str:
    """What makes it no valid date, "" where it is one."""
    weekday, month, year, zone = (found[name] for name in ("weekday", "month", "year", "zone"))
    if zone is None:
        return f"no zone in {found[0]!r}"
    if month.lower() not in _MONTHS:
        return f"month {month!r}"
    if weekday is not None and weekday.lower() not in _DAYS:
        return f"day of the week {weekday!r}"
    if len(year) > 4 or _year(year) < 1900:
        return f"year {year}"
    try:
        day = date(_year(year), _MONTHS.index(month.lower()) + 1, int(found["day"]))
    except ValueError:
        return f"no day {found['day']} in {month} {year}"
    if weekday is not None and _DAYS[day.weekday()] != weekday.lower():
        return f"{weekday}, but {found['day']} {month} {year} is a {_DAYS[day.weekday()].title()}"
    if int(found["hour"]) > 23 or int(found["minute"]) > 59 or int(found["second"] or 0) > 60:
        return f"time {found['hour']}:{found['minute']}:{found['second'] or '00'}"
    if zone[0] in "+-" and int(zone[3:]) > 59:
        return f"zone {zone}"
    return ""


def _year(digits: str) -> int:
    """Section 4.3: years of two and three digits are of the last century or of this one."""
    year = int(digits)
    if len(digits) > 3:
        return year
    return year + 2000 if len(digits) == 2 and year < 50 else year + 1900


def _at(found: re.Match[str]) -> datetime | None:
    """When it is; None where no clock could show it."""
    zone = found["zone"].lower()
    offset = timedelta(hours=_ZONES.get(zone, 0))
    if zone[0] in "+-":
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:]))
        offset = -offset if zone[0] == "-" else offset
    second = min(int(found["second"] or 0), 59)  # a leap second
    month = _MONTHS.index(found["month"].lower()) + 1
    day, hour, minute = int(found["day"]), int(found["hour"]), int(found["minute"])
    try:
        zoned = timezone(offset)
        at = datetime(_year(found["year"]), month, day, hour, minute, second, tzinfo=zoned)
        return at.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


MESSAGE_ID_INVALID = Rule(
    "message-id-invalid",
    "The Message-ID is not valid",
    Severity.WARNING,
    "RFC 5322 §3.6.4",
    quote='msg-id = [CFWS] "<" id-left "@" id-right ">" [CFWS]',
    why="Programs that thread or count mail by it do not find it, and some servers put another one"
    " in.",
    mend="Write <unique@your.domain>, without blanks: email.utils.make_msgid() in Python does it.",
    bad=LETTER.replace(b"<1.hello@example.org>", b"1.hello@example.org"),
    good=LETTER,
)

_ATEXT = rb"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\xff-]"
_DOT_ATOM = _ATEXT + rb"++(?:\." + _ATEXT + rb"++)*+"
_MSG_ID = re.compile(
    rb"<(?:" + _DOT_ATOM + rb'|"(?:[^"\\\r\n]++|\\[ -~])*+")'
    rb"@(?P<right>" + _DOT_ATOM + rb"|\[[!-Z^-~]*+\])>"
)


@on_message(MESSAGE_ID_INVALID)
def message_id_invalid(mail: Mail) -> Iterator[Found]:
    for name in _IDS:
        for field in mail.named.get(name, ()):
            if not _message_id(field.raw):
                detail = repr(field.raw[:60])[1:] if field.raw else "empty"
                yield Found(detail, field.start, field.end, field.name)


def _message_id(raw: bytes) -> re.Match[bytes] | None:
    """The one in a field body, around which comments may be."""
    found = _MSG_ID.match(raw, blanks_end(raw, 0))
    return found if found and blanks_end(raw, found.end()) == len(raw) else None


MESSAGE_ID_LOCALHOST = Rule(
    "message-id-localhost",
    "The Message-ID has the name of a machine that only its own network knows",
    Severity.INFO,
    "RFC 5322 §3.6.4",
    why="Two machines of that name can make the same one, it tells names of your network,"
    " and spam filters count it.",
    mend="Give a domain of yours: make_msgid(domain='example.org') in Python, messageId or"
    " hostname options elsewhere.",
    bad=LETTER.replace(b"hello@example.org", b"hello@localhost"),
    good=LETTER,
)

_LOCAL = (b"localhost", b".localhost", b".local", b".localdomain", b".lan", b".internal")


@on_message(MESSAGE_ID_LOCALHOST)
def message_id_localhost(mail: Mail) -> Iterator[Found]:
    for field in mail.named.get("message-id", ()):
        found = _message_id(field.raw)
        if found is None:
            continue
        right = found["right"].lower()
        if right.endswith(_LOCAL) or b"." not in right.strip(b"[]"):
            start = mail.body_of(field) + found.start("right")
            detail = found["right"].decode("utf-8", "replace")
            yield Found(detail, start, start + len(right), field.name)


_TO_BOB = (
    b"EHLO app.example.org\r\n",
    b"MAIL FROM:<ann@example.org>\r\n",
    b"RCPT TO:<bob@example.org>\r\n",
    b"DATA\r\n",
    LETTER + b".\r\n",
)

MESSAGE_ID_REUSED = Rule(
    "message-id-reused",
    "The Message-ID of another message",
    Severity.WARNING,
    "RFC 5322 §3.6.4",
    quote="The message identifier (msg-id) itself MUST be a globally unique identifier for a"
    " message.",
    why="Mailboxes and servers that drop duplicates keep one of the two: Gmail shows the first"
    " only, others put both into one thread.",
    mend="Make a new Message-ID for each message, also where one message is sent to many with"
    " another To or another text each: del message['Message-ID'] in Python before the next one.",
    bad=(
        *_TO_BOB,
        *_TO_BOB[1:4],
        LETTER.replace(b"Hello Bob", b"Hello again, Bob") + b".\r\n",
    ),
    good=(*_TO_BOB, *_TO_BOB[1:]),  # the same message once more: a copy for somebody else
    elsewhere=(("Gmail", "shows one of messages with the same Message-ID"),),
)


@on_arrival(MESSAGE_ID_REUSED)
def message_id_reused(past: Past, mail: Mail) -> Iterator[Found]:
    for message_id, field in message_ids(mail).items():
        before = past.messages.get(message_id)
        if before is not None and before[1] != content_key(mail):
            text = repr(message_id[:100])[1:]
            yield Found(f"{text}, as in {before[0]}", field.start, field.end, field.name)


def message_ids(mail: Mail) -> dict[bytes, Field]:
    """The Message-ID of a message and its field; more than one where it is there again."""
    fields = islice(mail.named.get("message-id", ()), 10)
    return {field.raw: field for field in fields if 0 < len(field.raw) <= _LONGEST_ID}


def content_key(mail: Mail) -> int:
    """A number that two messages share where one is a copy of the other.

    Servers on the way add trace fields to a copy and touch nothing else.
    """
    names = ("date", "from", "to", "cc", "subject")
    fields = (field.raw for name in names for field in mail.named.get(name, ()))
    return hash((*fields, mail.content.data[mail.content.body_start :]))
