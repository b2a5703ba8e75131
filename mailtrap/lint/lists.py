"""Rules: how to get off a list (RFC 2369, 8058)."""

import re
from collections.abc import Iterator

from mailtrap.fields import Field
from mailtrap.lint.checks import on_message
from mailtrap.lint.comments import without_comments
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.mail import Mail
from mailtrap.lint.samples import LETTER

_LONGEST = 2**14  # octets of a field that are read
_URI = re.compile(rb"<([^<>]*+)>")
_SCHEME = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*+:[^\s]")
_BLANKS = re.compile(rb"[ \t\r\n]++")
_ONE_CLICK = b"list-unsubscribe=one-click"  # ABNF strings have no case
_COVERED = ("list-unsubscribe", "list-unsubscribe-post")

_UNSUBSCRIBE = b"List-Unsubscribe: <https://example.org/u/1>, <mailto:leave@example.org>\r\n"
_POST = b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
_SIGNATURE = (
    b"DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=example.org; s=jan;\r\n"
    b" h=from:list-unsubscribe:list-unsubscribe-post;\r\n"
    b" bh=YJC6sFHGk5paEfivUv71xLRk9l6/Mpywbes6g++OLys=;\r\n b=" + b"A" * 43 + b"=\r\n"
)


def _with(fields: bytes) -> bytes:
    return LETTER.replace(b"MIME-Version", fields + b"MIME-Version")


LIST_UNSUBSCRIBE_MISSING = Rule(
    "list-unsubscribe-missing",
    "It looks like bulk mail, and has no List-Unsubscribe",
    Severity.INFO,
    "Email sender guidelines of Gmail and Yahoo",
    why="Large receivers put bulk mail without it into the spam folder, and people who find no way"
    " out report it as spam. Bulk mail is guessed by its Precedence and List fields.",
    mend="Add List-Unsubscribe: <https://...> and List-Unsubscribe-Post: List-Unsubscribe=One-Click"
    " to newsletters; mail that somebody asked for at that moment needs none.",
    bad=_with(b"Precedence: bulk\r\n"),
    good=_with(b"Precedence: bulk\r\n" + _UNSUBSCRIBE + _POST),
)


@on_message(LIST_UNSUBSCRIBE_MISSING)
def list_unsubscribe_missing(mail: Mail) -> Iterator[Found]:
    if "list-unsubscribe" not in mail.named and mail.is_header_whole:
        field = mail.bulk_field
        if field is not None:
            yield Found(f"there is {field.name}", field.start, field.end, field.name)


LIST_UNSUBSCRIBE_SYNTAX = Rule(
    "list-unsubscribe-syntax",
    "List-Unsubscribe is not a list of <URI>",
    Severity.WARNING,
    "RFC 2369 §2",
    why="Readers ignore the field, and show no button.",
    mend="Write each URI in angle brackets with a comma between them, commas within as %2C. Where"
    " the library encoded a long one as =?utf-8?...?=, give it shorter URIs or turn folding off"
    " (max_line_length=0 of a policy in Python).",
    bad=_with(b"List-Unsubscribe: https://example.org/u/1\r\n" + _POST),
    good=_with(_UNSUBSCRIBE + _POST),
)


@on_message(LIST_UNSUBSCRIBE_SYNTAX)
def list_unsubscribe_syntax(mail: Mail) -> Iterator[Found]:
    for field in mail.named.get("list-unsubscribe", ()):
        flaw = _flaw(field.raw[:_LONGEST])
        if flaw:
            yield _of(field, flaw)


def _flaw(body: bytes) -> str:
    if b"=?" in body and b"?=" in body:
        return "an encoded word"
    # Comments may be anywhere between; parentheses in a URI are none.
    between = without_comments(_URI.sub(b"<>", body))
    word = between.strip()
    if not word:
        return "empty"
    if b"<>" not in word:
        return f"{_shown(word)} has no angle brackets"
    if word.strip(b", \t\r\n<>") or word.count(b"<") != word.count(b"<>"):
        return f"{_shown(word.replace(b'<>', b''))} outside of angle brackets"
    if b"<>" in _BLANKS.sub(b"", word).replace(b",<>", b"").removeprefix(b"<>"):
        return "no comma between two"
    for uri in _uris(body):
        if not _SCHEME.match(uri):
            return f"{_shown(uri)} is no URI"
        if b"," in uri:
            return f"a comma in {_shown(uri)}"
    return ""


ONE_CLICK_MISSING = Rule(
    "one-click-missing",
    "List-Unsubscribe without List-Unsubscribe-Post",
    Severity.WARNING,
    "RFC 8058 §3.1",
    why="Gmail and Yahoo ask it of who sends more than 5000 messages a day, and show their button"
    " only with it. Without it readers open a page, or nothing happens.",
    mend="Add List-Unsubscribe-Post: List-Unsubscribe=One-Click, and let the https URI take a POST"
    " that unsubscribes at once.",
    bad=_with(_UNSUBSCRIBE),
    good=_with(_UNSUBSCRIBE + _POST),
    elsewhere=(("Gmail", "asks for it in bulk mail since 2024"),),
)


@on_message(ONE_CLICK_MISSING)
def one_click_missing(mail: Mail) -> Iterator[Found]:
    if "list-unsubscribe-post" in mail.named or not mail.is_header_whole:
        return
    for field in mail.named.get("list-unsubscribe", ()):
        # Lists on which people write to each other are not meant, nor those run by mail alone.
        is_marketing = _has_https(field) and not {"list-post", "list-archive"} & mail.named.keys()
        yield _of(field, "", None if is_marketing else Severity.INFO)
        return


ONE_CLICK_INVALID = Rule(
    "one-click-invalid",
    "List-Unsubscribe-Post says something else",
    Severity.ERROR,
    "RFC 8058 §3.1",
    quote="The List-Unsubscribe-Post header MUST contain the single key/value pair"
    ' "List-Unsubscribe=One-Click".',
    why="Readers ignore it, and show no button.",
    mend="Write List-Unsubscribe-Post: List-Unsubscribe=One-Click, these very words.",
    bad=_with(_UNSUBSCRIBE + b"List-Unsubscribe-Post: One-Click\r\n"),
    good=_with(_UNSUBSCRIBE + _POST),
)


@on_message(ONE_CLICK_INVALID)
def one_click_invalid(mail: Mail) -> Iterator[Found]:
    for field in mail.named.get("list-unsubscribe-post", ()):
        if field.raw.lower() != _ONE_CLICK:
            yield _of(field, _shown(field.raw) if field.raw else "empty")


ONE_CLICK_NO_HTTPS = Rule(
    "one-click-no-https",
    "List-Unsubscribe-Post without an https URI to post to",
    Severity.ERROR,
    "RFC 8058 §3.1",
    quote="The List-Unsubscribe header field MUST contain one HTTPS URI.",
    why="Readers have nothing to post to: they ignore it, and show no button.",
    mend="Add an https URI to List-Unsubscribe; http and mailto do not do.",
    bad=_with(b"List-Unsubscribe: <mailto:leave@example.org>\r\n" + _POST),
    good=_with(_UNSUBSCRIBE + _POST),
)


@on_message(ONE_CLICK_NO_HTTPS)
def one_click_no_https(mail: Mail) -> Iterator[Found]:
    posts = mail.named.get("list-unsubscribe-post")
    fields = mail.named.get("list-unsubscribe", [])
    if posts and mail.is_header_whole and not any(map(_has_https, fields)):
        said = ", ".join(_shown(field.raw) for field in fields[:2])
        yield _of(fields[0] if fields else posts[0], said or "there is no List-Unsubscribe")


ONE_CLICK_UNSIGNED = Rule(
    "one-click-unsigned",
    "One-click fields that the DKIM signature does not cover",
    Severity.WARNING,
    "RFC 8058 §4",
    quote="The List-Unsubscribe and List-Unsubscribe-Post headers MUST be covered by the signature",
    why="Readers ignore them, as anybody could have added them.",
    mend="Add List-Unsubscribe and List-Unsubscribe-Post to the list of fields that are signed.",
    bad=_SIGNATURE.replace(b":list-unsubscribe-post", b"") + _with(_UNSUBSCRIBE + _POST),
    good=_SIGNATURE + _with(_UNSUBSCRIBE + _POST),
)


@on_message(ONE_CLICK_UNSIGNED)
def one_click_unsigned(mail: Mail) -> Iterator[Found]:
    posts = mail.named.get("list-unsubscribe-post")
    every = mail.signatures if posts else ()
    # Mail without a signature is mostly signed by the server that sends it.
    if not posts or not every or any(set(_COVERED) <= set(each.signed) for each in every):
        return
    left = [name for name in _COVERED if name not in every[0].signed]
    yield _of(posts[0], f"{' and '.join(left)} not in h=")


def _uris(body: bytes) -> list[bytes]:
    """What is in angle brackets; blanks in it count for nothing (RFC 2369 section 2)."""
    return [_BLANKS.sub(b"", uri) for uri in _URI.findall(body)]


def _has_https(field: Field) -> bool:
    return any(uri[:6].lower() == b"https:" for uri in _uris(field.raw[:_LONGEST]))


def _of(field: Field, detail: str, severity: Severity | None = None) -> Found:
    return Found(detail, field.start, field.end, field.name, severity=severity)


def _shown(octets: bytes) -> str:
    return repr(octets if len(octets) <= 60 else octets[:60] + b"...")[1:]
