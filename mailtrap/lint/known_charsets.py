"""Charsets beyond those that are read: the registered ones, and what is taken for another."""

from mailtrap.charsets import fits
from mailtrap.lint.diagnostic import Severity

# With the IANA, and unknown to Python.
REGISTERED = frozenset(
    {
        "bocu-1",
        "cesu-8",
        "iso-2022-cn",
        "iso-2022-cn-ext",
        "scsu",
        "tscii",
        "unknown-8bit",
        "viqr",
        "viscii",
    }
)
# By codec: what senders mean who name it, and what readers take it for.
_SUPERSETS = {
    "big5": "big5hkscs",
    "euc_jp": "euc_jis_2004",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso2022_jp": "iso2022_jp_ext",
    "iso8859-1": "cp1252",
    "shift_jis": "cp932",
}


def taken_for(octets: bytes, codec_name: str) -> tuple[str, Severity] | None:
    """The codec of which octets are text that do not fit theirs, and how bad that is; or None."""
    superset = _SUPERSETS.get(codec_name)
    if superset is None or not fits(octets, superset):
        return None
    # Readers of these take one for the other; not so of Latin-1.
    return superset, Severity.WARNING if superset == "cp1252" else Severity.INFO
