"""What diagnosis costs by itself: ``python tests/bench/diagnosis.py``.

Octets of messages per second, how the time grows where a message does, and the time the rules of
sessions take for one mail of 5 kB.  It is processor time, the median of some runs.  What does not
depend on the machine are the ratios: of growth (10 means linear), and to reading the message.
"""

import argparse
import base64
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from mailtrap.content import Content
from mailtrap.lint.message import MAX_READ, diagnose
from mailtrap.lint.samples import LETTER, Played, Script, play
from mailtrap.lint.session import SessionLint
from mailtrap.session import Entry, MailData

HEADER = LETTER.partition(b"\r\n\r\n")[0]
LINE = b"The quick brown fox jumps over the lazy dog, and then it sleeps for a while\r\n"
BOUNDARY = b"b1"
FACTOR = 10  # between the two sizes of a message


def plain_text(octets: int) -> bytes:
    """Lines of words."""
    return HEADER + b"\r\n\r\n" + LINE * (octets // len(LINE))


def encoded(octets: int) -> bytes:
    """One attachment in base64."""
    header = HEADER.replace(b"text/plain; charset=us-ascii", b"application/octet-stream")
    header += b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    body = base64.encodebytes(bytes(range(256)) * (octets * 3 // 4 // 256))
    return header + body.replace(b"\n", b"\r\n")


def many_parts(count: int) -> bytes:
    """Short parts, one behind the other."""
    kind = b"multipart/mixed; boundary=" + BOUNDARY
    part = b"--" + BOUNDARY + b"\r\nContent-Type: text/plain\r\n\r\nhi\r\n"
    header = HEADER.replace(b"text/plain; charset=us-ascii", kind)
    return header + b"\r\n\r\n" + part * count + b"--" + BOUNDARY + b"--\r\n"


# What it is, how it is made, and how large the smaller one is.
MESSAGES: tuple[tuple[str, Callable[[int], bytes], int], ...] = (
    ("plain text, 100 kB", plain_text, 100_000),
    ("plain text, 200 kB", plain_text, 200_000),
    ("plain text, 5 MB", plain_text, 5_000_000),
    ("base64, 100 kB", encoded, 100_000),
    ("parts, 1,000", many_parts, 1_000),
)


def took(work: Callable[[], object], runs: int) -> float:
    """Seconds of processor time, the median."""
    times = []
    for _ in range(runs):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return statistics.median(times)


def messages(runs: int) -> None:
    """Each kind of message, and one that is ten times as large."""
    for name, make, size in MESSAGES:
        small, large = make(size), make(size * FACTOR)
        seconds = took(lambda data=small: diagnose(data), runs)  # type: ignore[misc]
        longer = took(lambda data=large: diagnose(data), runs)  # type: ignore[misc]
        reading = took(lambda data=small: Content(data[:MAX_READ]).parts, runs)  # type: ignore[misc]
        print(
            f"{name:<20} {len(small) / seconds / 1e6:7.1f} MB/s, x {FACTOR} octets:"
            f" {len(large) / longer / 1e6:7.1f} MB/s, takes x {longer / seconds:5.1f};"
            f" x {seconds / reading:.2f} of cutting it into parts"
        )


def as_it_came(played: Played) -> Sequence[Entry]:
    """The entries with the octets of mail data, as the rules get them from a server."""
    entries: list[Entry] = []
    for entry in played.session.transcript:
        if isinstance(entry, MailData) and entry.message is not None:
            entries.append(replace(entry, raw=played.data[entry.message], message=None))
        else:
            entries.append(entry)
    return entries


def session(runs: int, repeats: int) -> None:
    """A session in which nothing is wrong, with one mail of 5 kB."""
    letter = plain_text(5_000) + b".\r\n"
    steps = (b"MAIL FROM:<ann@example.org>\r\n", b"RCPT TO:<bob@example.org>\r\n", b"DATA\r\n")
    script = Script((b"EHLO app.example.org\r\n", *steps, letter, b"QUIT\r\n"))
    entries = as_it_came(play(script))

    def diagnosed() -> None:
        for _ in range(repeats):
            lint = SessionLint()
            found = [lint.step(entry) for entry in entries]
            assert not any(found)
            assert not lint.end("quit")

    def played() -> None:
        for _ in range(repeats):
            play(script)

    seconds, playing = took(diagnosed, runs) / repeats, took(played, runs) / repeats
    print(
        f"session, 5 kB        {seconds * 1e6:7.1f} us,"
        f" x {seconds / playing:.2f} of cutting it into entries and answering them"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=9)
    arguments = options.parse_args()
    session(arguments.runs, 300)
    messages(arguments.runs)


if __name__ == "__main__":
    main()
