"""Octets as text, in the charset they claim or the one they fit.  Never raises."""

import codecs
import re
from functools import lru_cache

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,39}")  # longer ones only fill Python's cache
# Codecs of Python that are no charset of mail: two take quadratic time, two are what the Windows is
# set to, the others unescape.
_NO_CHARSETS = {
    "idna",
    "mbcs",
    "oem",
    "punycode",
    "raw-unicode-escape",
    "undefined",
    "unicode-escape",
}
# Who declares these and sends 0x80 to 0x9F means Windows-1252; browsers read it so.
_MEANS_WINDOWS = {"ascii", "iso8859-1"}
# Names that Python does not know, of the IANA's registry and of the WHATWG's Encoding Standard.
_ALIASES = {
    "windows-31j": "cp932",
    "cswindows31j": "cp932",
    "x-sjis": "cp932",
    "x-gbk": "gbk",
    "x-euc-jp": "euc_jp",
    "x-mac-cyrillic": "mac_cyrillic",
    "gb_2312-80": "gb2312",
    "iso-8859-6-e": "iso-8859-6",
    "iso-8859-6-i": "iso-8859-6",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-8-i": "iso-8859-8",
    "windows-874": "cp874",
    "unicode-1-1": "utf-16-be",
    "iso-10646-ucs-2": "utf-16-be",
    "iso-10646-ucs-4": "utf-32-be",
    "extended_unix_code_packed_format_for_japanese": "euc_jp",
}


_LONGEST = max(map(len, _ALIASES))  # what is longer is no name, and would only be remembered


def codec(charset: str) -> str | None:
    """Python's name of the codec for a charset; None where nobody knows it."""
    return _codec(charset) if len(charset) <= _LONGEST else None


@lru_cache(256)
def _codec(charset: str) -> str | None:
    charset = _ALIASES.get(charset.lower(), charset)
    if not _NAME.fullmatch(charset):
        return None
    try:
        found = codecs.lookup(charset)
        b"x".decode(charset, "ignore")  # a LookupError for what makes no text
    except UnicodeError:
        pass  # one octet is not enough for every charset
    except (LookupError, ValueError, ImportError):
        return None
    return None if found.name.replace("_", "-") in _NO_CHARSETS else found.name


def decoded(octets: bytes, charset: str | None) -> str:
    """The text of a body.

    In UTF-8 where the charset is unknown, missing or US-ASCII and the octets are that, else in
    Windows-1252.  Octets that are none of a charset that is known become U+FFFD, as a receiver
    shows them.
    """
    name = codec(charset or "us-ascii")
    if fits(octets, name):
        return _strictly(octets, name) or ""
    if name in (None, "ascii") and (text := _strictly(octets, "utf-8")) is not None:
        return text
    if name is None or name in _MEANS_WINDOWS:
        return guessed(octets)
    try:
        return octets.decode(name, "replace")
    except ValueError:  # some codecs cannot replace
        return guessed(octets)


def fits(octets: bytes, codec_name: str | None) -> bool:
    """The octets are text in that codec.  C1 controls are not: nobody sends them on purpose."""
    text = _strictly(octets, codec_name)
    return text is not None and not (codec_name == "iso8859-1" and _has_c1(octets))


def guessed(octets: bytes) -> str:
    """The text of octets of which nothing is known: UTF-8, else Windows-1252."""
    for name in ("utf-8", "cp1252"):
        if (text := _strictly(octets, name)) is not None:
            return text
    return octets.decode("latin-1")


def field_text(octets: bytes, charset: str | None = "utf-8") -> str:
    """A piece of a header field: in that charset where it fits, else as guessed."""
    name = codec(charset or "us-ascii")
    text = _strictly(octets, name)
    return guessed(octets) if text is None else text


def _strictly(octets: bytes, codec_name: str | None) -> str | None:
    try:
        return octets.decode(codec_name) if codec_name else None
    except (LookupError, ValueError):  # LookupError: a codec such as hex, which gives no text
        return None


_C1 = bytes(range(0x80, 0xA0))


def _has_c1(octets: bytes) -> bool:
    return len(octets.translate(None, _C1)) != len(octets)
