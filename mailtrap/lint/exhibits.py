"""The samples of rules as people see them, with what a rule finds marked.  Pure.

A session is shown as its transcript, a message as numbered lines of its mail data.
"""

import textwrap
from collections.abc import Collection, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import islice

from mailtrap.envelope import Envelope, Path
from mailtrap.lint import message, session
from mailtrap.lint.diagnostic import Diagnostic, Place, Rule
from mailtrap.lint.quotation import position, quoted, visible
from mailtrap.lint.samples import Played, Sample, Script, message_of, play, script_of
from mailtrap.sanitize import sanitize, shown
from mailtrap.session import Chunk, ClientEntry, Entry, MailData, Reply
from mailtrap.transcript import ENDINGS, Line, lines

_OPENING = 8  # lines of mail data that are shown in any case
_MOST_HITS = 3  # of mail data that are shown, or of lines that differ
_MOST_COMPARED = 500  # lines
_PAUSE = 5.0  # seconds without anything that are worth a line
_HIT, _MISS = "> ", "  "
_NUMBER, _CLIENT = "{:>4} | ", "C: "  # what a line of mail data begins with
_BESIDE = {_NUMBER: "     | ", _CLIENT: "   "}  # the same where marks are


def exhibit(rule: Rule, sample: Sample, twin: Sample = (), width: int = 80) -> list[str]:
    """A sample in lines of so many columns; what differs from its twin is among them."""
    script = script_of(sample)
    if script is not None:
        return list(_conversation(rule, script, width))
    envelope, data = message_of(sample)
    hits = _of(rule, message.diagnose(data, envelope).diagnostics)
    differing = () if hits or script_of(twin) is not None else _differing(data, message_of(twin)[1])
    return [
        *_envelope(envelope or Envelope()),
        *_mail_data(data, hits, width, _NUMBER, differing),
        *_details(hits, width),
    ]


def _differing(data: bytes, other: bytes) -> list[int]:
    """Numbers of the first lines that are not those of other mail data."""
    lines, others = (each.split(b"\n")[:_MOST_COMPARED] for each in (data, other))
    blocks = SequenceMatcher(None, others, lines, autojunk=False).get_opcodes()
    starts = (start + 1 for what, _, _, start, _ in blocks if what != "equal")
    return list(islice(starts, _MOST_HITS))


def _envelope(envelope: Envelope) -> Iterator[str]:
    if envelope.sender is not None:
        yield f"{_MISS}MAIL FROM:{_path(envelope.sender)}"
    for path in envelope.recipients:
        yield f"{_MISS}RCPT TO:{_path(path)}"


def _path(path: Path) -> str:
    return shown(path.raw + b" " + path.rest).rstrip()


def _of(rule: Rule, found: Sequence[Diagnostic]) -> list[Diagnostic]:
    return [each for each in found if each.rule.id == rule.id]


# Sessions


def _conversation(rule: Rule, script: Script, width: int) -> Iterator[str]:
    played = play(script)
    found = _of(rule, session.diagnose(played.session, played.data.get))
    octets = _data_of(played)
    at, answered = played.session.opened, 0
    for entry in played.session.transcript:
        pause = (entry.at - at).total_seconds()
        at = entry.at
        if pause >= _PAUSE:
            yield f"{_MISS}-- {pause:,.0f} s later"
        if isinstance(entry, ClientEntry):
            hits = [each for each in found if each.place.offset == entry.offset]
            yield from _said(entry, octets.get(entry.offset), hits, width)
            if entry.offset < answered:
                yield f"{_MISS}-- sent before the reply above was there"
        else:
            answered = entry.received if isinstance(entry, Reply) else answered
            yield from _heard(entry, width)
    if any(each.place.offset is None for each in found):
        reason = played.session.reason or ""
        yield f"{_HIT}-- {ENDINGS.get(reason, reason)}"
        yield from _details([each for each in found if each.place.offset is None], width)


def _data_of(played: Played) -> dict[int, bytes]:
    """The octets of mail data and chunks, by the offset of their entries."""
    taken: dict[str, int] = {}
    octets = {}
    for entry in played.session.transcript:
        if isinstance(entry, (MailData, Chunk)):
            octets[entry.offset] = entry.raw
            if entry.message is not None:
                start = taken.get(entry.message, 0)
                end = start + entry.size if isinstance(entry, Chunk) else None
                octets[entry.offset] = played.data[entry.message][start:end]
                taken[entry.message] = end or 0
    return octets


def _heard(entry: Entry, width: int) -> Iterator[str]:
    """What the server said, a long reply cut short, or a note."""
    first, *others = lines([entry], show_secrets=True)
    yield _line(first, width, _MISS)
    if others:
        yield f"{_MISS}S: {_more(len(others))}"


def _said(
    entry: ClientEntry, data: bytes | None, hits: Sequence[Diagnostic], width: int
) -> Iterator[str]:
    """What the client sent."""
    if data is not None:
        yield from _mail_data(data, hits, width, _CLIENT)
    marked = next((hit.place for hit in hits if hit.place.start is not None), None)
    gutter = _HIT if hits else _MISS
    for line in lines([entry], show_secrets=True):
        if marked is None or data is not None:
            yield _line(line, width, gutter)
            continue
        quotation = quoted(entry.raw, marked.start or 0, marked.end or 0, width - 5)
        yield f"{gutter}{line.mark} {quotation.text}"
        yield f"     {quotation.marks}"
    yield from _details(hits, width)


def _line(line: Line, width: int, gutter: str) -> str:
    text = line.text if len(line.text) <= width - 5 else f"{line.text[: width - 6]}…"
    return f"{gutter}{line.mark} {text}"


# Mail data


def _mail_data(
    data: bytes,
    hits: Sequence[Diagnostic],
    width: int,
    label: str,
    differing: Collection[int] = (),
) -> Iterator[str]:
    """The first lines, those that are marked or differ, and those around them."""
    every = data.removesuffix(b"\n").split(b"\n")
    marked: dict[int, Place] = {}
    for hit in hits:
        if hit.place.start is not None:
            marked.setdefault(position(data, hit.place.start)[0], hit.place)
    # Line ends are shown where some are odd: the others are not, then.
    ends = not data.count(b"\r") == data.count(b"\n") == data.count(b"\r\n")
    count = max(len(every), *marked, 0)
    centres = {*sorted(marked)[:_MOST_HITS], *differing}
    around = {number + step for number in centres for step in (-1, 0, 1)}
    last = 0
    for number in sorted({*range(1, _OPENING + 1), *around} & {*range(1, count + 1)}):
        if number != last + 1:
            yield f"{_MISS}…"
        last = number
        before = label.format(number)
        room = width - len(_MISS) - len(before)
        if number not in marked:
            # With its end: of CR CR LF one CR is a part of the line.
            end = b"\n" if number < len(every) or data.endswith(b"\n") else b""
            text = visible(every[number - 1] + end, room, ends=ends)
            yield f"{_MISS}{before}{text}".rstrip()
            continue
        place = marked[number]
        quotation = quoted(data, place.start or 0, place.end or 0, room, ends=ends)
        yield f"{_HIT}{before}{quotation.text}".rstrip()
        yield f"{_MISS}{_BESIDE[label]}{quotation.marks}"
    if last < count:
        yield f"{_MISS}{_more(count - last)}"


def _more(count: int) -> str:
    return f"… and {count:,} more {'line' if count == 1 else 'lines'}"


def _details(hits: Sequence[Diagnostic], width: int) -> list[str]:
    """What was found, in words; the same words once."""
    return [
        line
        for text in dict.fromkeys(sanitize(hit.detail) for hit in hits)
        for line in textwrap.wrap(
            text, width, initial_indent=f"{_MISS}-- ", subsequent_indent=" " * 5
        )
    ]
