"""Rules: AUTH (RFC 4954) and the mechanisms of SASL."""

import binascii
import re
from collections.abc import Iterator

from mailtrap.envelope import read_path
from mailtrap.lint.checks import on_command, on_entry, on_line
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.samples import START, Script
from mailtrap.lint.seen import Seen
from mailtrap.lint.situations import AUTHENTICATED
from mailtrap.session import Command, Credentials, TlsStarted
from mailtrap.terms import Terms

_LONGEST_LINE = 512  # octets, CRLF and all: RFC 5321 section 4.5.3.1.4
_READABLE = frozenset({"PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"})  # by who listens
_SERVER_STARTS = frozenset({"CRAM-MD5", "DIGEST-MD5"})  # LOGIN does, too, but nobody minds
_WEAK = {
    "LOGIN": "obsolete; PLAIN does the same",
    "CRAM-MD5": "the server has to keep the password",
    "DIGEST-MD5": "historic: RFC 6331",
    "NTLM": "proprietary, and broken",
}
_XOAUTH2 = re.compile(rb"user=[^\x01]*+\x01auth=Bearer [^\x01]++\x01\x01", re.IGNORECASE)
_OAUTHBEARER = re.compile(  # RFC 7628 section 3.1, RFC 5801 section 4
    rb"(?:F,)?(?:[ny]|p=[A-Za-z0-9.-]++),(?:a=[^,\x01]++)?,\x01(?:[A-Za-z]++=[^\x01]*+\x01)++\x01"
)

_EHLO = b"EHLO app.example.org\r\n"
_PLAIN = b"AUTH PLAIN AGFubgBzZWNyZXQ=\r\n"  # NUL ann NUL secret
_OVER_TLS = TlsStarted(START, b"", "TLSv1.3")

AUTH_WITHOUT_TLS = Rule(
    "auth-without-tls",
    "The password crosses the wire in clear text",
    Severity.WARNING,
    "RFC 4954 §4",
    quote="Server sites SHOULD NOT use any configuration which permits a plaintext password"
    " mechanism without such a protection mechanism against password snooping.",
    why="Whoever listens can read it, and servers of today refuse AUTH before TLS. It is only worth"
    " knowing where TLS was not offered: on your own machine nobody listens.",
    mend="Use STARTTLS on port 587 or implicit TLS on port 465, and make the client insist on it.",
    bad=Script((_EHLO, _PLAIN), terms=Terms(hostname="trap.test", starttls=True)),
    good=(_OVER_TLS, _EHLO, _PLAIN),
    probes=("AUTH PLAIN without TLS",),
    elsewhere=(("Gmail", "530 Must issue a STARTTLS command first"), ("Exchange Online", "504")),
)


@on_command(AUTH_WITHOUT_TLS, "AUTH")
def auth_without_tls(seen: Seen, command: Command) -> Iterator[Found]:
    mechanism = _mechanism(command.raw)
    if seen.tls is None and mechanism in _READABLE:
        severity = None if "STARTTLS" in seen.keywords else Severity.INFO
        yield Found(mechanism, severity=severity)


AUTH_NOT_ADVERTISED = Rule(
    "auth-not-advertised",
    "AUTH with a mechanism that was not offered",
    Severity.ERROR,
    "RFC 4954 §3",
    why="Servers refuse it with 503 or 504; many offer AUTH over TLS only.",
    mend="Take a mechanism that the reply to the latest EHLO lists.",
    bad=(_EHLO, b"AUTH CRAM-MD5\r\n", b"*\r\n"),
    good=(_EHLO, _PLAIN),
    probes=("AUTH PLAIN without AUTH",),
)


@on_command(AUTH_NOT_ADVERTISED, "AUTH")
def auth_not_advertised(seen: Seen, command: Command) -> Iterator[Found]:
    if not seen.is_esmtp:
        return
    mechanism = _mechanism(command.raw)
    offered = seen.keywords.get("AUTH")
    if offered is None:
        yield Found("no AUTH at all was offered")
    elif mechanism and mechanism not in offered.upper().split():
        yield Found(f"{mechanism[:40]}, offered: {offered}")


AUTH_WITHOUT_EHLO = Rule(
    "auth-without-ehlo",
    "AUTH without EHLO before it",
    Severity.ERROR,
    "RFC 4954 §3",
    why="Without EHLO no extension is in use, so servers answer 503.",
    mend="Say EHLO, not HELO, first; again after STARTTLS.",
    bad=(b"HELO app.example.org\r\n", _PLAIN),
    good=(_EHLO, _PLAIN),
)


@on_command(AUTH_WITHOUT_EHLO, "AUTH")
def auth_without_ehlo(seen: Seen, _command: Command) -> Iterator[Found]:
    if not seen.is_esmtp:
        yield Found("after HELO" if seen.greeting else "")


AUTH_IN_TRANSACTION = Rule(
    "auth-in-transaction",
    "AUTH within a mail transaction",
    Severity.ERROR,
    "RFC 4954 §4",
    quote="The AUTH command is not permitted during a mail transaction.",
    why="Servers refuse it with 503.",
    mend="Authenticate after EHLO, before MAIL.",
    bad=(_EHLO, b"MAIL FROM:<ann@example.org>\r\n", _PLAIN),
    good=(_EHLO, _PLAIN, b"MAIL FROM:<ann@example.org>\r\n"),
    probes=("auth-in-transaction",),
)


@on_command(AUTH_IN_TRANSACTION, "AUTH")
def auth_in_transaction(seen: Seen, _command: Command) -> Iterator[Found]:
    if seen.transaction is not None and seen.transaction.mail is not None:
        yield Found()


AUTH_TWICE = Rule(
    "auth-twice",
    "AUTH after an AUTH that succeeded",
    Severity.WARNING,
    "RFC 4954 §4",
    quote="After an AUTH command has been successfully completed, no more AUTH commands may be"
    " issued in the same session.",
    why="Servers refuse it with 503, and the session goes on as the first user.",
    mend="Authenticate once in a connection; open another one for another user.",
    bad=(_EHLO, _PLAIN, _PLAIN),
    good=(_EHLO, _PLAIN),
)


@on_command(AUTH_TWICE, "AUTH")
def auth_twice(seen: Seen, _command: Command) -> Iterator[Found]:
    if seen.authenticated is not None:
        yield Found()


AUTH_IR_TOO_LONG = Rule(
    "auth-ir-too-long",
    "The initial response makes AUTH longer than 512 octets",
    Severity.WARNING,
    "RFC 4954 §4",
    quote="if the initial response argument would cause the AUTH command to exceed this length, the"
    " client MUST NOT use the initial response parameter",
    why="Servers may cut or refuse the line; long OAuth tokens are what does it.",
    mend="Send AUTH with the mechanism alone, and the response after the 334.",
    bad=(_EHLO, b"AUTH XOAUTH2 " + b"dXNl" * 200 + b"\r\n"),
    good=(_EHLO, b"AUTH XOAUTH2\r\n", b"dXNl" * 200 + b"\r\n"),
    elsewhere=(("Postfix", "takes lines of up to 2048 octets (line_length_limit)"),),
)


@on_line(AUTH_IR_TOO_LONG, "AUTH")
def auth_ir_too_long(line: bytes) -> Iterator[Found]:
    if len(line) > _LONGEST_LINE and _initial(line) is not None:
        yield Found(f"{len(line)} octets", 0, len(line))


AUTH_IR_EMPTY = Rule(
    "auth-ir-empty",
    "An empty initial response that is not written as =",
    Severity.ERROR,
    "RFC 4954 §4",
    quote="If the client is transmitting an initial response of zero length, it MUST instead"
    ' transmit the response as a single equals sign ("=").',
    why="The server takes the blank for no response and answers 334 or 501, and the client waits"
    " for another reply.",
    mend="Write = for an empty response, or nothing at all behind the mechanism.",
    bad=(_EHLO, b"AUTH EXTERNAL \r\n", b"*\r\n"),
    good=(_EHLO, b"AUTH EXTERNAL =\r\n"),
)


@on_line(AUTH_IR_EMPTY, "AUTH")
def auth_ir_empty(line: bytes) -> Iterator[Found]:
    text = line.rstrip(b"\r\n")
    # Where the server starts there is no such response, and the blank is only a blank.
    if text.endswith(b" ") and len(text.split()) == 2:
        mechanism = _mechanism(line)
        if mechanism != "LOGIN" and mechanism not in _SERVER_STARTS:
            yield Found(mechanism[:40], len(text) - 1, len(text))


AUTH_IR_SERVER_FIRST = Rule(
    "auth-ir-server-first",
    "An initial response to a mechanism that the server begins",
    Severity.ERROR,
    "RFC 4954 §4",
    quote="the server MUST reject the AUTH command with a 501 reply",
    why="The response cannot be right, for it has to answer a challenge that nobody has sent.",
    mend="Send AUTH with the mechanism alone, and answer the challenge.",
    bad=(_EHLO, b"AUTH CRAM-MD5 YW5uIDEyMzQ=\r\n"),
    good=(_EHLO, b"AUTH CRAM-MD5\r\n", b"YW5uIDEyMzQ=\r\n"),
)


@on_line(AUTH_IR_SERVER_FIRST, "AUTH")
def auth_ir_server_first(line: bytes) -> Iterator[Found]:
    mechanism = _mechanism(line)
    if mechanism in _SERVER_STARTS and _initial(line) is not None:
        yield Found(mechanism)


AUTH_BAD_BASE64 = Rule(
    "auth-bad-base64",
    "A response in AUTH that is not base64",
    Severity.ERROR,
    "RFC 4954 §4",
    quote="If the server cannot [BASE64] decode any client response, it MUST reject the AUTH"
    " command with a 501 reply (and an enhanced status code of 5.5.2).",
    why="Servers answer 501, and nobody is logged in.",
    mend="Encode the response on one line, with its padding and without line breaks.",
    bad=(_EHLO, b"AUTH LOGIN\r\n", b"ann@example.org\r\n", b"*\r\n"),
    good=(_EHLO, b"AUTH LOGIN\r\n", b"YW5u\r\n", b"c2VjcmV0\r\n"),
)


@on_line(AUTH_BAD_BASE64, "AUTH")
def bad_base64_of_auth(line: bytes) -> Iterator[Found]:
    initial = _initial(line)
    if initial is not None and initial != b"=" and _decoded(initial) is None:
        yield Found(f"{len(initial)} octets")


@on_entry(AUTH_BAD_BASE64, Credentials)
def bad_base64_of_response(seen: Seen, entry: Credentials) -> Iterator[Found]:
    response = _response(seen, entry)
    if response is not None and response != b"*" and _decoded(response) is None:
        yield Found(f"{len(response)} octets")


AUTH_PLAIN_MALFORMED = Rule(
    "auth-plain-malformed",
    "The response to AUTH PLAIN is malformed",
    Severity.ERROR,
    "RFC 4616 §2",
    quote="message = [authzid] UTF8NUL authcid UTF8NUL passwd",
    why="Servers take other parts of it for the user and the password, and refuse them.",
    mend="Encode NUL user NUL password, the first part empty; none of them can hold a NUL.",
    bad=(_EHLO, b"AUTH PLAIN YW5uAHNlY3JldA==\r\n"),
    good=(_EHLO, _PLAIN),
)


@on_line(AUTH_PLAIN_MALFORMED, "AUTH")
def plain_malformed_of_auth(line: bytes) -> Iterator[Found]:
    initial = _initial(line)
    if initial is not None and _mechanism(line) == "PLAIN":
        yield from _plain(b"" if initial == b"=" else _decoded(initial))


@on_entry(AUTH_PLAIN_MALFORMED, Credentials)
def plain_malformed_of_response(seen: Seen, entry: Credentials) -> Iterator[Found]:
    response = _response(seen, entry)
    if response is not None and response != b"*" and seen.auth == "PLAIN":
        yield from _plain(_decoded(response))


def _plain(message: bytes | None) -> Iterator[Found]:
    """What is wrong with it, without saying what it holds."""
    if message is None:
        return
    parts = message.split(b"\0")
    nuls = len(parts) - 1
    if nuls != 2:
        yield Found(f"{nuls} NUL{'' if nuls == 1 else 's'}, not 2")
    elif not parts[1] or not parts[2]:
        yield Found("no password" if parts[1] else "no user")


AUTH_CANCELLED = Rule(
    "auth-cancelled",
    "The client cancelled AUTH",
    Severity.INFO,
    "RFC 4954 §4",
    quote="If the client wishes to cancel the authentication exchange, it issues a line with a"
    ' single "*".',
    why="The client did not like the challenge, or has no password to answer it with.",
    mend="Look at what the client was given for user and password, and at the mechanism.",
    bad=(_EHLO, b"AUTH LOGIN\r\n", b"*\r\n"),
    good=(_EHLO, b"AUTH LOGIN\r\n", b"YW5u\r\n", b"c2VjcmV0\r\n"),
)


@on_entry(AUTH_CANCELLED, Credentials)
def auth_cancelled(seen: Seen, entry: Credentials) -> Iterator[Found]:
    if _response(seen, entry) == b"*":
        yield Found(seen.auth[:40])


AUTH_MECH_WEAK = Rule(
    "auth-mech-weak",
    "A mechanism that should not be used any more",
    Severity.INFO,
    "RFC 6331 §1, RFC 8314 §4",
    why="Servers drop these mechanisms one after the other.",
    mend="Use PLAIN or SCRAM-SHA-256 over TLS, or OAUTHBEARER where tokens are wanted.",
    bad=(_EHLO, b"AUTH LOGIN\r\n", b"YW5u\r\n", b"c2VjcmV0\r\n"),
    good=(_EHLO, _PLAIN),
)


@on_line(AUTH_MECH_WEAK, "AUTH")
def auth_mech_weak(line: bytes) -> Iterator[Found]:
    mechanism = _mechanism(line)
    if mechanism in _WEAK:
        yield Found(f"{mechanism}: {_WEAK[mechanism]}")


AUTH_SENDER_MISMATCH = Rule(
    "auth-sender-mismatch",
    "MAIL FROM is another address than the one that logged in",
    Severity.INFO,
    "RFC 6409 §6.1",
    why="Submission servers rewrite the sender or refuse the mail, unless the user may send as"
    " that address.",
    mend="Send as the address you log in with, or have the server allow the other one.",
    bad=(
        _EHLO,
        b"AUTH PLAIN AGFubkBleGFtcGxlLm9yZwBzZWNyZXQ=\r\n",  # ann@example.org
        b"MAIL FROM:<eve@example.org>\r\n",
    ),
    good=(
        _EHLO,
        b"AUTH PLAIN AGFubkBleGFtcGxlLm9yZwBzZWNyZXQ=\r\n",
        b"MAIL FROM:<ann@example.org>\r\n",
    ),
    elsewhere=(("Gmail", "rewrites From"), ("Exchange Online", "550 5.7.60 SendAsDenied")),
)


@on_command(AUTH_SENDER_MISMATCH, "MAIL", when=AUTHENTICATED)
def auth_sender_mismatch(seen: Seen, command: Command) -> Iterator[Found]:
    user = seen.authenticated
    # A user name without a domain may stand for any address.
    if user is None or "@" not in user:
        return
    sender = read_path(command.argument, b"FROM").address
    if sender and sender.lower() != user.lower():
        yield Found(" ".join(f"{sender[:100]}, logged in as {user[:100]}".split()))


AUTH_BEARER_MALFORMED = Rule(
    "auth-bearer-malformed",
    "The response with the bearer token is malformed",
    Severity.ERROR,
    "RFC 7628 §3.1",
    quote="client-resp = (gs2-header kvsep *kvpair kvsep) / kvsep",
    why="Servers answer with an error in a 334 and then 535, as if the token were wrong.",
    mend='OAUTHBEARER: "n,a=user," with both commas, then 0x01, auth=Bearer token, 0x01, 0x01.'
    " XOAUTH2: user=user, 0x01, auth=Bearer token, 0x01, 0x01.",
    # user=ann auth=Bearer t, with blanks in the bad one
    bad=(_EHLO, b"AUTH XOAUTH2 dXNlcj1hbm4gYXV0aD1CZWFyZXIgdA==\r\n"),
    good=(_EHLO, b"AUTH XOAUTH2 dXNlcj1hbm4BYXV0aD1CZWFyZXIgdAEB\r\n"),
)


@on_line(AUTH_BEARER_MALFORMED, "AUTH")
def bearer_malformed_of_auth(line: bytes) -> Iterator[Found]:
    initial = _initial(line)
    if initial is not None:
        yield from _bearer(_mechanism(line), b"" if initial == b"=" else _decoded(initial))


@on_entry(AUTH_BEARER_MALFORMED, Credentials)
def bearer_malformed_of_response(seen: Seen, entry: Credentials) -> Iterator[Found]:
    asked = seen.asked
    # After an initial response it only acknowledges an error.
    if not isinstance(asked, Command) or _initial(asked.raw) is not None:
        return
    response = _response(seen, entry)
    if response is not None and response != b"*":
        yield from _bearer(seen.auth, _decoded(response))


def _bearer(mechanism: str, message: bytes | None) -> Iterator[Found]:
    if message is None:
        return
    if mechanism == "XOAUTH2" and not _XOAUTH2.fullmatch(message):
        yield Found(f"XOAUTH2, {_framing(message)}")
    elif mechanism == "OAUTHBEARER" and not (
        _OAUTHBEARER.fullmatch(message) and b"\1auth=" in message
    ):
        yield Found(f"OAUTHBEARER, {_framing(message)}")


def _framing(message: bytes) -> str:
    """What can be said of it without telling the token."""
    if b"\1" not in message:
        return "no 0x01 in it"
    if not message.endswith(b"\1\1"):
        return "not ended by 0x01 0x01"
    return "auth=Bearer is not where it should be"


def _mechanism(line: bytes) -> str:
    """The mechanism of an AUTH line in upper case, "" where none is named."""
    words = line.split(None, 2)
    return words[1].decode("ascii", "backslashreplace").upper() if len(words) > 1 else ""


def _initial(line: bytes) -> bytes | None:
    """The initial response of an AUTH line, None where there is none."""
    words = line.split(None, 2)
    return words[2].rstrip() if len(words) > 2 else None


def _response(seen: Seen, entry: Credentials) -> bytes | None:
    """A whole line that answers a challenge.

    None where it is cut off, or nobody asked: some clients go on after AUTH was refused.
    """
    is_asked_for = seen.reply is not None and seen.reply.code == 334
    return entry.raw.rstrip() if is_asked_for and entry.raw.endswith(b"\n") else None


def _decoded(response: bytes) -> bytes | None:
    """The octets of a response, None where it is not base64."""
    try:
        return binascii.a2b_base64(response, strict_mode=True)
    except binascii.Error:
        return None
