"""How fast mail is read, and whether it stays so: ``python tests/bench/reading.py``.

Each case at one size and at the double: a ratio near 2 is time like the size.
"""

import base64
import time
from collections.abc import Callable

from mailtrap.content import Content
from mailtrap.hypertext import Hypertext

MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"


def plain_text(times: int) -> float:
    """Seconds for one long text."""
    return read(b"Subject: x\r\n\r\n" + b"Some words of a usual text.\r\n" * (350_000 * times))


def base64_attachments(times: int) -> float:
    """Attachments; their defects are looked for, their octets are not decoded."""
    encoded = base64.encodebytes(bytes(range(256)) * 4000).replace(b"\n", b"\r\n")
    head = b"Content-Type: image/png; name=x.png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return read(MIXED + (b"--b\r\n" + head + encoded) * (10 * times) + b"--b--\r\n")


def small_parts(times: int) -> float:
    """Ten thousand parts at the larger size."""
    return read(MIXED + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * (4999 * times))


def usual_html(times: int) -> float:
    """Paragraphs, links, and a small table."""
    paragraph = "<p>Some words, <b>bold</b> and <a href='https://example.org/'>a link</a>.</p>"
    return read_html((paragraph + "<table><tr><td>a<td>b</table>") * (1000 * times))


def nested_tables(times: int) -> float:
    """Tables that never end."""
    return read_html("<table><tr><td>a<td>b" * (2000 * times))


def read(data: bytes) -> float:
    """Seconds for all there is to know of mail data."""
    begun = time.perf_counter()
    content = Content(data)
    _ = content.parts, content.defects, content.limits, content.text, content.attachments
    return report(len(data), time.perf_counter() - begun)


def read_html(html: str) -> float:
    """Seconds for the lines of HTML."""
    begun = time.perf_counter()
    Hypertext(html).lines(80)
    return report(len(html), time.perf_counter() - begun)


def report(size: int, seconds: float) -> float:
    """Print one measurement."""
    print(f"    {size / 1e6:6.1f} MB {seconds * 1000:8.0f} ms {size / 1e6 / seconds:8.2f} MB/s")
    return seconds


CASES: tuple[Callable[[int], float], ...] = (
    plain_text,
    base64_attachments,
    small_parts,
    usual_html,
    nested_tables,
)


def main() -> None:
    """Run every case."""
    for case in CASES:
        print(case.__name__.replace("_", " "))
        once, twice = case(1), case(2)
        print(f"    ratio {twice / once:.1f}")


if __name__ == "__main__":
    main()
