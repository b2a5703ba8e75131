"""Domain names, address literals and local-parts, as RFC 5321 section 4.1.2 writes them.

Each function says what is wrong in words, "" where nothing is, so that rules of different
commands agree.  Octets above 127 count as letters where addresses may be internationalized
(RFC 6531 section 3.3); whether they may is asked elsewhere.
"""

import re
from ipaddress import AddressValueError, IPv6Address

from mailtrap.transactions import MAIL_VERBS as _MAIL_VERBS
from mailtrap.transcriber import VERBS as _VERBS

VERBS = frozenset(verb.decode() for verb in _VERBS)  # all that a server may know
MAIL_VERBS = tuple(sorted(_MAIL_VERBS))  # they begin a transaction
GREETINGS = ("HELO", "EHLO", "LHLO")

MAX_LOCAL_PART, MAX_DOMAIN, MAX_LABEL = 64, 255, 63  # octets: sections 4.5.3.1.1 and .2, RFC 1035

_LONGEST_SHOWN = 60  # octets
_LONGEST_IPV6 = 45  # octets: the mixed form with all its digits
_HTTP = re.compile(rb"\s*+(?:[A-Za-z]++ \S++ HTTP/[0-9]|Host:)", re.IGNORECASE)
_NOT_LDH = re.compile(rb"[^A-Za-z0-9-]")
_NOT_U_LABEL = re.compile(rb"[^A-Za-z0-9\x80-\xff-]")
_IPV4 = re.compile(rb"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_ANOTHER_PATH = re.compile(rb"<|[,;][ \t]*+(?:<|(?![A-Za-z0-9-]++=)[^\s<>]*@)")
_ATEXT = rb"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\xff-]"
_DOT_STRING = re.compile(_ATEXT + rb"++(?:\." + _ATEXT + rb"++)*+")
_NOT_ATEXT = re.compile(rb"[^A-Za-z0-9!#$%&'*+/=?^_`{|}~.\x80-\xff-]")
_QUOTED_STRING = re.compile(rb'"(?:[ !#-\[\]-~\x80-\xff]|\\[ -~])*+"')


def shown(octets: bytes) -> str:
    """Octets as text in quotes, on one line; no more than the first few."""
    head = octets[:_LONGEST_SHOWN]
    try:
        text = repr(head.decode())
    except UnicodeDecodeError as error:
        # Only the last character may have been cut in two.
        is_cut = len(head) < len(octets) and error.reason == "unexpected end of data"
        text = repr(head[: error.start].decode()) if is_cut else repr(head).removeprefix("b")
    return text if len(octets) <= _LONGEST_SHOWN else f"{text}..."


def is_http(line: bytes) -> bool:
    """A line of HTTP, as a client of that sends it first."""
    return _HTTP.match(line) is not None


def is_another_path(rest: bytes) -> bool:
    """What follows a path begins with another one, not with a parameter."""
    return _ANOTHER_PATH.match(rest) is not None


def is_ipv4(text: bytes) -> bool:
    """Four decimal integers up to 255 with dots between them."""
    return _IPV4.fullmatch(text) is not None and all(int(n) <= 255 for n in text.split(b"."))


def is_ipv6(text: bytes) -> bool:
    """An IPv6 address without a tag or a zone."""
    if b":" not in text or len(text) > _LONGEST_IPV6 or not text.isascii() or b"%" in text:
        return False
    try:
        IPv6Address(text.decode())
    except AddressValueError:
        return False
    return True


def domain_flaw(domain: bytes, *, internationalized: bool = False) -> str:
    """Why that is no domain name."""
    odd = _NOT_U_LABEL if internationalized else _NOT_LDH
    for label in domain.split(b"."):
        if not label:
            return "an empty label" if domain else "nothing"
        if found := odd.search(label):
            return f"{shown(found[0])} in {shown(label)}"
        if label.startswith(b"-") or label.endswith(b"-"):
            return f"a hyphen at the edge of {shown(label)}"
    return ""


def literal_flaw(literal: bytes) -> str:
    """Why that is no address literal; it begins with a bracket."""
    if not literal.endswith(b"]"):
        return "no closing bracket"
    text = literal[1:-1]
    tag, colon, address = text.partition(b":")
    if is_ipv4(text) or (tag.upper() == b"IPV6" and is_ipv6(address)):
        return ""
    if is_ipv6(text):
        return f"no IPv6: before {shown(text)}"
    if tag.upper() == b"IPV6" and colon:
        return f"{shown(address)} is no IPv6 address"
    return f"{shown(text)} is no address"


def local_part_flaw(local: bytes) -> str:
    """Why that is no local-part."""
    if local.startswith(b'"'):
        return "" if _QUOTED_STRING.fullmatch(local) else "a quoted string that is broken"
    if _DOT_STRING.fullmatch(local):
        return ""
    if not local:
        return "nothing before the @"
    if found := _NOT_ATEXT.search(local):
        return f"{shown(found[0])} without quotes"
    return "a dot at its edge" if local[:1] == b"." or local[-1:] == b"." else "two dots in a row"


def split_mailbox(mailbox: bytes) -> tuple[bytes, bytes | None]:
    """Local-part and domain; None where there is no @ outside a quoted string."""
    if quoted := _QUOTED_STRING.match(mailbox):
        rest = mailbox[quoted.end() :]
        if not rest:
            return mailbox, None
        if rest.startswith(b"@"):
            return quoted[0], rest[1:]
    local, at, domain = mailbox.rpartition(b"@")
    return (local, domain) if at else (mailbox, None)
