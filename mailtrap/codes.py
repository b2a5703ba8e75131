"""One-time codes that a text shows.  A heuristic, made to say nothing rather than a wrong thing.

A code is a short run of digits, or of digits and letters, near a word such as "code", "PIN" or
"Einmalpasswort": on its line, or alone on a line below.  Years, dates, prices, telephone and order
numbers are none, nor is what stands in an address.
"""

import re
from bisect import bisect
from collections.abc import Iterator

from mailtrap.links import urls

MAX_TEXT = 2**17  # code points that are searched
_NEAR = 70  # code points between a word and its code
_BELOW = 3  # lines with something on them, between a word and its code

_WORD = re.compile(
    r"(?:\b(?P<before>[\w-]{1,30})[ -])?"
    r"(?P<word>\b(?:pass[ -]?)?codes?\b|\b\w{0,30}(?:codes?|kennwort|passwort|passwords?)\b"
    r"|\bpins?\b|\botps?\b|\bm?tans?\b|\b(?:2fa|mfa|totp)\b|\bverif(?:y|ication)\b|\bone[ -]time\b"
    r"|\bc[oó]digo\b|\bcodice\b|\bk[oó]d\b|\bclave\b|\bcódigos\b|код\b|пароль\b"
    r"|验证码|驗證碼|校验码|認証コード|確認コード|認証番号|인증\s?번호|인증\s?코드)",
    re.IGNORECASE,
)
# Codes that stay the same, or that nobody types in to prove who they are.
_OTHER_CODES = re.compile(
    r"(?:zip|postal|post|promo|promotion|promotional|discount|coupon|voucher|gift|area|country|dialling"
    r"|error|status|exit|source|bar|qr|dress|tracking|order|product|item|tax|booking|reference"
    r"|referral|sort|swift|bank|reason|colou?r|html|http|response|reply|rabatt|gutschein|aktions"
    r"|bestell|fehler|quell|artikel|vorwahl|strich|kunden|de|país|postleit)",
    re.IGNORECASE,
)
_COMPOUND = re.compile(rf"{_OTHER_CODES.pattern}(?:codes?|k[oó]d)", re.IGNORECASE)
_EDGE = r"[\w.,:/\\#@€$£¥%+=&?'\u2019°№-]"  # beside it, a number is part of something else
_CODE = re.compile(
    rf"(?<!{_EDGE})(?<![\d)] )(?:"
    r"(?P<prefix>[A-Z]-)?(?P<digits>[0-9]{4,8})"
    r"|(?P<halves>[0-9]{3}[ \xa0-][0-9]{3}|[0-9]{4}[ \xa0-][0-9]{4})"
    r"|(?P<spaced>[0-9](?:[ \xa0]{1,3}[0-9]){3,7})"
    r"|(?P<letters>(?=[A-Z]*[0-9])(?=[0-9]*[A-Z])[A-Z0-9]{4,8})"
    r"|(?P<groups>[A-Z0-9]{3,5}-[A-Z0-9]{3,5})"
    r"|(?P<small>(?=[a-z]*[0-9])(?=[0-9]*[a-z])[a-z0-9]{4,8})"
    r")(?![\w@#%€$£¥°+=/\\-]|[.,:'\u2019][\w]|[ \xa0](?:[0-9]|[€$£¥%]))"
)
# What a number is that such a word stands before or behind it.
_OTHER_NUMBER = re.compile(
    r"(?:\b(?:order|invoice|ticket|case|account|customer|phone|tel|telephone|fax|mobile|call|ref"
    r"|reference|booking|receipt|number|no|nr|num|id|bestellung|bestellnummer|auftrag|rechnung"
    r"|kunde|kundennummer|telefon|anruf|rechnungsnummer|since|seit|version|build|room|suite|street"
    r"|str|po box|box|usd|eur|gbp|chf|total|amount|sum|copyright|in|of|from|until|year|ext|port"
    r"|anno|año|commande|pedido|ordine)\b[.:#]*|©|\(c\)|[€$£¥#№+])[ \xa0]*$",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"[ \xa0]*(?:%|€|\$|£|usd|eur|gbp|chf|euro?s?|dollars?|minut\w*|mins?\b|hours?"
    r"|stunden?|seconds?"
    r"|sekunden?|days?|tagen?|times|characters?|digits?|zeichen|ziffern|stellig\w*|people|users?"
    r"|points?|punkte|items?|street|st\.|ave|road|rd\.|kb|mb|gb|px|km|kg|uhr|am\b|pm\b"
    r"|(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-zä]*\b)",
    re.IGNORECASE,
)
_MONTH = re.compile(
    r"\b(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-zä]*\.?(?: \d{1,2}\.?,?)?"
    r"[ \xa0]*$",
    re.IGNORECASE,
)
# Between a word and what is its code without doubt: "code: ", "PIN is ", "Code lautet ".
_IS = re.compile(
    r"[\"'“”„*_ \xa0]*(?:[:\uff1a=]|\b(?:is|lautet|ist|est|es|è)\b:?|是|为|は)?"
    r"[\"'“”„*_\[(< \xa0]*"
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,255}")
_ALONE = re.compile(r"[\W_]*$")


def codes(text: str) -> Iterator[str]:
    """The codes of a text in order, as one types them in: without blanks between digits."""
    lines = [line for line in _masked(text[:MAX_TEXT]).splitlines() if line.strip()]
    waiting = 0  # lines that may still bring the code of a word above
    for line in lines:
        words = list(_words(line))
        found = [
            each
            for each in _CODE.finditer(line)
            if _is_code(line, each, words, is_below=waiting > 0 and len(line) <= _NEAR)
        ]
        yield from map(_typed, found)
        waiting = (_BELOW if words else waiting - 1) if not found else 0


def _masked(text: str) -> str:
    """The text with what looks like codes and cannot be left out: addresses of pages and mail."""
    pieces, position = [], 0
    for start, end in urls(text):
        pieces += [text[position:start], "@"]
        position = end
    return _EMAIL.sub("@", "".join([*pieces, text[position:]]))


def _words(line: str) -> Iterator[tuple[int, int]]:
    """Where words are that a code may belong to."""
    for found in _WORD.finditer(line):
        before, word = found["before"] or "", found["word"]
        if not _OTHER_CODES.fullmatch(before) and not _COMPOUND.fullmatch(word):
            yield found.start("word"), found.end("word")


def _is_code(
    line: str, found: re.Match[str], words: list[tuple[int, int]], *, is_below: bool
) -> bool:
    start, end = found.span()
    before, behind = line[max(0, start - _NEAR) : start], line[end : end + _NEAR]
    if is_below and _ALONE.match(line[:start]) and _ALONE.match(line[end:]):
        return found["small"] is None and not _is_year(found)
    index = bisect(words, (start, start))
    nearest = [
        (word_start, word_end)
        for word_start, word_end in words[max(0, index - 1) : index + 1]
        if word_start - end < _NEAR and start - word_end < _NEAR
    ]
    if any(word_end <= start and _IS.fullmatch(line, word_end, start) for _, word_end in nearest):
        return not _UNIT.match(behind)
    if found["small"] or found["spaced"] or (found["groups"] and not _has_digit(found[0])):
        return False
    return (
        bool(nearest)
        and not _is_year(found)
        and not _OTHER_NUMBER.search(before)
        and not _MONTH.search(before)
        and not _UNIT.match(behind)
    )


def _is_year(found: re.Match[str]) -> bool:
    return bool(found["digits"]) and len(found[0]) == 4 and found[0][:2] in ("19", "20")


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _typed(found: re.Match[str]) -> str:
    if found["halves"] or found["spaced"]:
        return re.sub(r"[^0-9]", "", found[0])
    return found["digits"] or found[0]
