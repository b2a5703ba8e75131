"""Rules: DKIM signatures, and ARC (RFC 6376, 8301, 8617)."""

from collections.abc import Iterator
from datetime import UTC, datetime

from mailtrap.amounts import amount
from mailtrap.lint.checks import on_message
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.mail import Mail
from mailtrap.lint.samples import LETTER
from mailtrap.lint.signatures import FORMS, Signature, canonical_body, digest, number, octets

_SHORT_KEY, _USUAL_KEY = 1024, 2048  # bits; RFC 8301 section 3.2
_SIGNATURE = (
    b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=jan;\r\n"
    b" h=date:from:to:subject:message-id;\r\n"
    b" bh=YJC6sFHGk5paEfivUv71xLRk9l6/Mpywbes6g++OLys=;\r\n b="
    + b"\r\n ".join([b"A" * 64] * 5)
    + b"\r\n "
    + b"A" * 22
    + b"==\r\n"
)
_SIGNED = _SIGNATURE + LETTER

DKIM_PRESENT = Rule(
    "dkim-present",
    "It has a DKIM signature",
    Severity.INFO,
    "RFC 6376 §3.5",
    why="Whether it is valid takes the key in DNS, which is not asked here. What of it can be told"
    " without has rules of its own.",
    mend="Nothing needs to be done.",
    bad=_SIGNED,
    good=LETTER,
)


@on_message(DKIM_PRESENT)
def dkim_present(mail: Mail) -> Iterator[Found]:
    for each in mail.signatures:
        shown = (f"{name}={each.tags[name][:80]}" for name in "dsah" if name in each.tags)
        yield _of(each, " ".join(" ".join(shown).split()))


ARC_PRESENT = Rule(
    "arc-present",
    "It has an ARC seal",
    Severity.INFO,
    "RFC 8617 §4.1.3",
    why="A server on the way noted what it saw of SPF, DKIM and DMARC. Whether that is valid takes"
    " the key in DNS, which is not asked here.",
    mend="Nothing needs to be done. Mail that was not forwarded has none.",
    bad=b"ARC-Seal: i=1; a=rsa-sha256; t=1767323045; cv=none; d=example.net; s=jan; b=AAAA\r\n"
    + LETTER,
    good=LETTER,
)


@on_message(ARC_PRESENT)
def arc_present(mail: Mail) -> Iterator[Found]:
    for field in mail.named.get("arc-seal", ()):
        pairs = (piece.partition("=") for piece in field.text[:1000].split(";"))
        tags = {name.strip(): value.strip() for name, _, value in pairs}
        shown = (f"{name}={tags[name][:80]}" for name in ("i", "cv", "d", "s") if name in tags)
        yield Found(" ".join(shown), field.start, field.end, field.name)


DKIM_SYNTAX = Rule(
    "dkim-syntax",
    "A DKIM signature that cannot be read",
    Severity.ERROR,
    "RFC 6376 §6.1.1",
    why="Receivers ignore it (permerror), so the mail is not signed.",
    mend="Let a library write it: dkimpy in Python, dkim of nodemailer, OpenDKIM or Rspamd beside"
    " the server.",
    bad=_SIGNED.replace(b" s=jan;", b""),
    good=_SIGNED,
)


@on_message(DKIM_SYNTAX)
def dkim_syntax(mail: Mail) -> Iterator[Found]:
    for each in mail.signatures:
        for fault in each.faults:
            yield _of(each, fault)


DKIM_BODY_HASH_MISMATCH = Rule(
    "dkim-body-hash-mismatch",
    "The body is not the one that was signed",
    Severity.ERROR,
    "RFC 6376 §3.7",
    why="The signature fails with every receiver, and DMARC with it.",
    mend="Sign last: after that nothing may add a footer, wrap lines, change line ends or encode a"
    " part anew. Of mail that a list or a gateway changed it is to be expected.",
    bad=_SIGNED.replace(b"Hello Bob", b"Hello Eve"),
    good=_SIGNED,
    elsewhere=(("Gmail", "dkim=neutral (body hash did not verify)"),),
)


@on_message(DKIM_BODY_HASH_MISMATCH)
def dkim_body_hash_mismatch(mail: Mail) -> Iterator[Found]:
    if "dkim-signature" not in mail.named or not mail.is_whole or not mail.has_separator:
        return
    body = mail.content.data[mail.content.body_start :]
    crlfs = body.count(b"\r\n")
    if crlfs and body.count(b"\n") != crlfs:  # what signers and servers make of LF differs
        return
    forms: dict[str, bytes] = {}
    for each in mail.signatures:
        claimed, hash_name, form = octets(each.tags.get("bh", "")), each.hash_name, each.body_form
        if not claimed or hash_name is None or form not in FORMS:
            continue
        if form not in forms:
            forms[form] = canonical_body(body, form)
        canonical = forms[form]
        length = each.body_length
        if length is not None and length > len(canonical):
            yield _of(each, f"l={length}, but the body has {amount(len(canonical), 'octet')}")
        elif claimed != digest(canonical[:length], hash_name):
            yield _of(each, f"bh= of d={each.domain[:80]}, {form}")


DKIM_FROM_UNSIGNED = Rule(
    "dkim-from-unsigned",
    "A DKIM signature that does not cover From",
    Severity.ERROR,
    "RFC 6376 §5.4",
    quote='The From header field MUST be signed (that is, included in the "h=" tag of the resulting'
    " DKIM-Signature header field).",
    why="Receivers ignore it (permerror), as anybody could put another author into the mail.",
    mend="Add From to the list of fields that are signed.",
    bad=_SIGNED.replace(b":from", b""),
    good=_SIGNED,
)


@on_message(DKIM_FROM_UNSIGNED)
def dkim_from_unsigned(mail: Mail) -> Iterator[Found]:
    for each in mail.signatures:
        if each.signed and "from" not in each.signed:
            yield _of(each, f"h={':'.join(each.signed)[:200]}")


DKIM_WEAK = Rule(
    "dkim-weak",
    "A DKIM signature that is weak or out of date",
    Severity.WARNING,
    "RFC 8301 §3.1",
    quote="rsa-sha1 MUST NOT be used for signing or verifying.",
    why="Receivers ignore signatures with SHA-1 or short keys and those that have expired; with l="
    " anybody can add text to the mail and it stays signed.",
    mend="Sign with rsa-sha256 and a key of 2048 bits, without l=, and with x= some days ahead or"
    " not at all.",
    bad=_SIGNED.replace(b"d=example.org", b"d=example.org; l=11"),
    good=_SIGNED,
    elsewhere=(("Gmail", "ignores keys of less than 1024 bits"),),
)


@on_message(DKIM_WEAK)
def dkim_weak(mail: Mail) -> Iterator[Found]:
    for each in mail.signatures:
        if each.hash_name == "sha1":
            yield _of(each, "a=rsa-sha1")
        if each.body_length is not None:
            yield _of(each, f"l={each.body_length}: what follows is not signed")
        yield from _expired(mail, each)
        # A signature of RSA is as long as the key.
        is_rsa = each.tags.get("a", "").lower().startswith("rsa-")
        bits = 8 * len(octets(each.tags.get("b", "")) or b"") if is_rsa else 0
        if 256 <= bits < _USUAL_KEY:
            severity = Severity.INFO if bits >= _SHORT_KEY else None
            yield _of(each, f"a key of {bits} bits", severity)


def _expired(mail: Mail, each: Signature) -> Iterator[Found]:
    expiry, signed = number(each.tags.get("x")), number(each.tags.get("t"))
    if expiry is None:
        return
    if signed is not None and expiry <= signed:
        yield _of(each, f"x={expiry} is not after t={signed}")
    elif mail.received is not None and expiry < mail.received.timestamp():
        yield _of(each, f"expired {_shown(expiry)}")


def _shown(timestamp: int) -> str:
    try:
        return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d %H:%M:%S +0000")
    except (ValueError, OverflowError, OSError):
        return f"x={timestamp}"


DKIM_MISSING = Rule(
    "dkim-missing",
    "It looks like bulk mail, and has no DKIM signature",
    Severity.INFO,
    "Email sender guidelines of Gmail, Yahoo and Outlook.com",
    why="Large receivers refuse bulk mail without one. Here it is usual: mostly the server that"
    " sends the mail signs it. Bulk mail is guessed by its Precedence and List fields.",
    mend="See that the server or service that sends it signs it with the domain in From.",
    bad=LETTER.replace(b"MIME-Version", b"Precedence: bulk\r\nMIME-Version"),
    good=_SIGNATURE + LETTER.replace(b"MIME-Version", b"Precedence: bulk\r\nMIME-Version"),
    elsewhere=(
        ("Gmail", "421 or 550 5.7.26, above 5000 a day"),
        ("Exchange Online", "550 5.7.515, above 5000 a day"),
    ),
)


@on_message(DKIM_MISSING)
def dkim_missing(mail: Mail) -> Iterator[Found]:
    if "dkim-signature" not in mail.named and mail.is_header_whole and (field := mail.bulk_field):
        yield Found(f"there is {field.name}")


def _of(each: Signature, detail: str, severity: Severity | None = None) -> Found:
    field = each.field
    return Found(detail, field.start, field.end, field.name, severity=severity)
