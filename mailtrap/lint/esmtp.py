"""The ESMTP parameters of MAIL and RCPT, with their places in the line, as rules read them."""

import re
from dataclasses import dataclass
from functools import lru_cache

from mailtrap.envelope import Path, decoded, read_path
from mailtrap.lint.diagnostic import Found
from mailtrap.lint.mail import Mail
from mailtrap.lint.seen import Seen
from mailtrap.lint.syntax import is_another_path
from mailtrap.session import Chunk, MailData

# A longer line is taken by nobody (all extensions together allow some 2000 octets), and rules of
# command lines tell of it.
_LONGEST_READ = 8192  # octets
_MOST_READ = 64  # parameters of a line
_MOST_SHOWN = 60  # octets of a parameter

_WORD = re.compile(rb"\S+")
_XTEXT = re.compile(rb"(?:[!-*,-<>-~]|\+[0-9A-F]{2})*+")  # RFC 3461 section 4
_XTEXT_ANY_CASE = re.compile(rb"(?:[!-*,-<>-~]|\+[0-9A-Fa-f]{2})*+")  # RFC 4954 section 8
_HEXCHAR = re.compile(rb"\+([0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Word:
    """A parameter as it is in its line; ``start`` and ``end`` count the octets of the line."""

    raw: bytes
    start: int
    end: int
    keyword: str  # upper case
    value: bytes | None  # None where there is no "="
    is_glued: bool = False  # no blank between it and the path

    @property
    def text(self) -> str:
        """The parameter as it is shown."""
        return shown(self.raw)

    def found(self, why: str = "") -> Found:
        """That this parameter is wrong, with what is wrong about it."""
        return Found(f"{self.text}: {why}" if why else self.text, self.start, self.end)


def words(line: bytes) -> tuple[Word, ...]:
    """The parameters of a command line, in order; none of a line that is not complete."""
    # Most lines have none and end with the path.
    if line.endswith(b">\r\n") and b"=" not in line and line.count(b">") == 1:
        return ()
    if len(line) > _LONGEST_READ or not line.endswith(b"\n"):
        return ()
    return _words(line)


def word_of(seen: Seen, keyword: str) -> Word | None:
    """The parameter of the open transaction's MAIL, None where there is none."""
    transaction = seen.transaction
    if transaction is None or transaction.mail is None:
        return None
    for word in words(transaction.mail.raw):
        if word.keyword == keyword:
            return word
    return None


def is_binary(seen: Seen, entry: MailData | Chunk) -> bool:
    """The octets are no lines: a chunk of a message that MAIL said is binary (RFC 3030)."""
    if not isinstance(entry, Chunk):
        return False
    body = word_of(seen, "BODY")
    return body is not None and (body.value or b"").upper() == b"BINARYMIME"


def says_binary(mail: Mail) -> bool:
    """The same of a message, by its envelope."""
    sender = mail.envelope.sender if mail.envelope else None
    body = sender.parameter("BODY") if sender else None
    return body is not None and (body.value or "").upper() == "BINARYMIME"


def path_of(line: bytes) -> Path:
    """The path of a MAIL or RCPT line."""
    verb, *arguments = line.split(None, 1)
    argument = arguments[0].rstrip() if arguments else b""
    return read_path(argument, b"FROM" if verb.upper() == b"MAIL" else b"TO")


def shown(octets: bytes) -> str:
    """Octets on one line, cut where they are many."""
    text = octets[:_MOST_SHOWN].decode("utf-8", "backslashreplace")
    return text + "..." if len(octets) > _MOST_SHOWN else text


def is_xtext(value: bytes, *, any_case: bool = False) -> bool:
    """Each octet is allowed in xtext; ``any_case``: of hexadecimal digits too."""
    return (_XTEXT_ANY_CASE if any_case else _XTEXT).fullmatch(value) is not None


def from_xtext(value: bytes) -> bytes:
    """What xtext stands for."""
    return _HEXCHAR.sub(lambda found: bytes.fromhex(found[1].decode("ascii")), value)


@lru_cache(maxsize=64)
def _words(line: bytes) -> tuple[Word, ...]:
    rest = path_of(line).rest
    start = len(line.rstrip()) - len(rest)
    glued_at = start if line[start - 1 : start] == b">" else -1
    found: list[Word] = []
    for each in _WORD.finditer(line, start):
        raw = each[0]
        # More paths or a list of them: the rules of paths tell.
        if len(found) == _MOST_READ or is_another_path(line[each.start() :]):
            break
        keyword, equals, value = raw.partition(b"=")
        found.append(
            Word(
                raw,
                *each.span(),
                decoded(keyword).upper(),
                value if equals else None,
                each.start() == glued_at,
            )
        )
    return tuple(found)
