"""How long a filter takes over 100 000 messages: ``python tests/bench/query.py``.

What a screen does at each key.  The texts are there already, as rows have them.
"""

import statistics
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mailtrap.query import parse

COUNT = 100_000
NOW = datetime(2024, 5, 31, 12, 0, tzinfo=UTC)
FILTERS = (
    "order",
    "order example.org",
    "-order",
    "order OR invoice",
    "/order #\\d+7/",
    "/^(re|fwd): /",
    "from:ann7",
    "to:/bob1.@/",
    "size:>100k",
    "age:<5m",
    "after:11:00",
    "is:unread",
    "from:ann7 size:>50k (order OR invoice) -is:read",
)


@dataclass(slots=True)
class Row:
    """What a row of a list has."""

    haystack: str
    senders: str
    recipients: str
    subject: str
    size: int
    received: datetime
    id: str
    session: str
    unread: bool
    ip: str = "127.0.0.1"
    fields: str = ""
    body: str = ""
    issues: tuple[str, ...] = ()

    def has(self, _what: str) -> bool:
        """Nothing is asked of that here."""
        return False

    def is_(self, what: str) -> bool:
        """Read or not."""
        return self.unread == (what == "unread")


def row(number: int) -> Row:
    """One of many that differ."""
    kind = ("order", "invoice", "reset your password", "re: hello", "ünïcödé 你好")[number % 5]
    subject = f"{kind} #{number} of our shop, thank you very much"
    senders = f"ann{number % 1000} <ann{number % 1000}@example.org> bounce-{number}@example.net"
    recipients = f"bob{number % 77}@example.org"
    return Row(
        f"{subject}\n{senders}\n{recipients}",
        senders,
        recipients,
        subject,
        number * 7919 % 200_000,
        NOW - timedelta(seconds=number / 10),
        f"p3x-{number}-1",
        f"p3x-{number}",
        number % 3 == 0,
    )


def main() -> None:
    """Time every filter: reading it, all rows, and the median of five."""
    rows = [row(number) for number in range(COUNT)]
    for text in FILTERS:
        times = []
        for _ in range(5):
            begun = time.perf_counter()
            query = parse(text, now=NOW)
            found = sum(map(query.matches, rows))
            times.append(time.perf_counter() - begun)
        print(f"{statistics.median(times) * 1000:6.1f} ms {found:7,}  {text}")


if __name__ == "__main__":
    main()
