"""Rules: what is asked of delivery status notifications: RET, ENVID, NOTIFY, ORCPT (RFC 3461)."""

import re
from collections.abc import Iterator

from mailtrap.lint.checks import on_line
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.esmtp import from_xtext, is_xtext, path_of, shown, words

MAX_ENVID = 100  # characters; RFC 3461 section 4.4
MAX_ORCPT = 500  # characters of the whole parameter; section 4.2

_CONDITIONS = frozenset({b"SUCCESS", b"FAILURE", b"DELAY"})
_ATOM = re.compile(rb"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++")
_PRINTABLE = re.compile(rb"[ -~]*+")

_EHLO = b"EHLO app.example.org\r\n"
_MAIL = b"MAIL FROM:<ann@example.org>\r\n"


DSN_RET_INVALID = Rule(
    "dsn-ret-invalid",
    "RET is neither FULL nor HDRS",
    Severity.ERROR,
    "RFC 3461 §4.3",
    quote="If the RET esmtp-keyword is used, it MUST have an associated esmtp-value, which is one"
    " of the following keywords",
    why="Some servers refuse the MAIL command with 501; others ignore the parameter, and a bounce"
    " has more or less of the mail in it than was asked for.",
    mend="Write RET=HDRS (the header section is returned) or RET=FULL (all of it).",
    bad=(_EHLO, b"MAIL FROM:<ann@example.org> RET=HEADERS\r\n"),
    good=(_EHLO, b"MAIL FROM:<ann@example.org> RET=HDRS\r\n"),
    probes=("RET=BAD",),
)


@on_line(DSN_RET_INVALID, "MAIL")
def dsn_ret_invalid(line: bytes) -> Iterator[Found]:
    for word in words(line):
        if word.keyword == "RET" and (word.value or b"").upper() not in (b"FULL", b"HDRS"):
            yield word.found()


DSN_ENVID_INVALID = Rule(
    "dsn-envid-invalid",
    "ENVID is not xtext of at most 100 characters",
    Severity.ERROR,
    "RFC 3461 §4.4",
    quote="The ENVID parameter MAY be up to 100 characters in length.",
    why="Postfix refuses the MAIL command with 501, and a server that takes it cannot give the"
    " identifier back in its notifications.",
    mend='Use letters, digits, "-" and "." only, or encode the rest as "+" and two upper case'
    " hexadecimal digits (xtext, RFC 3461 §4).",
    bad=(_EHLO, b"MAIL FROM:<ann@example.org> ENVID=order=17\r\n"),
    good=(_EHLO, b"MAIL FROM:<ann@example.org> ENVID=order+3D17\r\n"),
)


@on_line(DSN_ENVID_INVALID, "MAIL")
def dsn_envid_invalid(line: bytes) -> Iterator[Found]:
    for word in words(line):
        if word.keyword != "ENVID":
            continue
        value = word.value
        if not value:
            yield word.found("no value")
        elif not is_xtext(value):
            yield word.found("not xtext")
        elif len(value) > MAX_ENVID:
            yield word.found(f"{len(value)} characters")
        elif not _PRINTABLE.fullmatch(from_xtext(value)):
            yield word.found("encodes what is not printable ASCII")


DSN_NOTIFY_INVALID = Rule(
    "dsn-notify-invalid",
    "NOTIFY is neither NEVER nor a list of SUCCESS, FAILURE and DELAY",
    Severity.ERROR,
    "RFC 3461 §4.1",
    quote="Multiple notify-list-elements, separated by commas, MAY appear in a NOTIFY parameter;"
    " however, the NEVER keyword MUST appear by itself.",
    why="Servers refuse the RCPT command with 501 or 553, so this recipient gets no mail.",
    mend="Write NOTIFY=NEVER, or some of SUCCESS,FAILURE,DELAY with commas and without blanks.",
    bad=(_EHLO, _MAIL, b"RCPT TO:<bob@example.org> NOTIFY=NEVER,SUCCESS\r\n"),
    good=(_EHLO, _MAIL, b"RCPT TO:<bob@example.org> NOTIFY=SUCCESS,FAILURE\r\n"),
    probes=("NOTIFY=NEVER,SUCCESS",),
)


@on_line(DSN_NOTIFY_INVALID, "RCPT")
def dsn_notify_invalid(line: bytes) -> Iterator[Found]:
    for word in words(line):
        if word.keyword != "NOTIFY":
            continue
        # RFC 822 section 2.7, whose grammar this is, allows empty elements of a list.
        asked = [each for each in (word.value or b"").upper().split(b",") if each]
        if asked == [b"NEVER"]:
            continue
        unknown = [each for each in asked if each not in _CONDITIONS]
        if not asked:
            yield word.found("no value")
        elif b"NEVER" in asked:
            yield word.found("NEVER with others")
        elif unknown:
            yield word.found(shown(unknown[0]))


DSN_ORCPT_INVALID = Rule(
    "dsn-orcpt-invalid",
    "ORCPT is not an address type, a semicolon and xtext",
    Severity.ERROR,
    "RFC 3461 §4.2",
    quote='original-recipient-address = addr-type ";" xtext',
    why="Postfix refuses the RCPT command with 501, so this recipient gets no mail.",
    mend='Write ORCPT=rfc822;bob@example.org, with "+" and "=" in the address as +2B and +3D.',
    bad=(_EHLO, _MAIL, b"RCPT TO:<bob@example.org> ORCPT=bob@example.org\r\n"),
    good=(_EHLO, _MAIL, b"RCPT TO:<bob@example.org> ORCPT=rfc822;bob@example.org\r\n"),
)


@on_line(DSN_ORCPT_INVALID, "RCPT")
def dsn_orcpt_invalid(line: bytes) -> Iterator[Found]:
    for word in words(line):
        if word.keyword != "ORCPT":
            continue
        kind, semicolon, address = (word.value or b"").partition(b";")
        if kind.lower() == b"utf-8":
            # RFC 6533 section 3: in a session with SMTPUTF8 it need not be encoded at all.
            address = bytes(octet for octet in address if octet < 0x80)
        if not semicolon:
            yield word.found("no address type")
        elif not _ATOM.fullmatch(kind):
            yield word.found("the address type is no atom")
        elif not is_xtext(address):
            yield word.found("not xtext")
        elif len(word.raw) > MAX_ORCPT:
            yield word.found(f"{len(word.raw)} characters")


DSN_ORCPT_MISMATCH = Rule(
    "dsn-orcpt-mismatch",
    "ORCPT names another address than RCPT",
    Severity.INFO,
    "RFC 3461 §4.2",
    quote="When initially submitting a message via SMTP, if the ORCPT parameter is used, it MUST"
    " contain the same address as the RCPT TO address",
    why="Notifications will speak of an address that the mail was not sent to. Right for a relay"
    " that forwards, wrong for the program that sends the mail first.",
    mend="Make both from the same variable, for each recipient anew.",
    bad=(_EHLO, _MAIL, b"RCPT TO:<bob@example.org> ORCPT=rfc822;eve@example.org\r\n"),
    good=(_EHLO, _MAIL, b"RCPT TO:<bob+x@example.org> ORCPT=rfc822;bob+2Bx@example.org\r\n"),
)


@on_line(DSN_ORCPT_MISMATCH, "RCPT")
def dsn_orcpt_mismatch(line: bytes) -> Iterator[Found]:
    for word in words(line):
        if word.keyword != "ORCPT" or word.value is None:
            continue
        kind, semicolon, address = word.value.partition(b";")
        if kind.lower() != b"rfc822" or not semicolon or not is_xtext(address):
            continue
        original = from_xtext(address).decode("utf-8", "surrogateescape").strip("<>")
        recipient = path_of(line).address
        if original.lower() != recipient.lower():
            yield word.found(f"RCPT has {shown(recipient.encode('utf-8', 'surrogateescape'))}")
