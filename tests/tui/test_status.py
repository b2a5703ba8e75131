"""Status line: as much as fits, and what matters last of all to go."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from textual.app import App, ComposeResult

from mailtrap.tui.endpoints import Endpoints
from mailtrap.tui.status import Status, StatusLine
from tests.tui.pilots import SECURE

BUSY = Status(messages=1018, unread=1003, open=2, failed=3, following=False, newer=12)


TWO = Endpoints([("127.0.0.1", 1025), ("::1", 1025)])


def line(status: Status, width: int, endpoints: Endpoints = TWO) -> str:
    shown = ""

    class Alone(App[None]):
        def compose(self) -> ComposeResult:
            yield StatusLine(endpoints)

    async def run() -> None:
        nonlocal shown
        app = Alone()
        async with app.run_test(size=(width, 1)):
            app.query_one(StatusLine).show(status)
            shown = app.query_one(StatusLine).render().plain

    asyncio.run(run())
    return shown


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (
            140,
            (
                " ● smtp 127.0.0.1:1025 [::1]:1025   1,018 messages, 1,003 new   ✗ 3 failed"
                "   ↑ 12 newer   2 sessions open   in memory"
            ),
        ),
        (
            100,
            (
                " ● smtp 127.0.0.1:1025  1,018 messages, 1,003 new  ✗ 3 failed"
                "  ↑ 12 newer  in memory"
            ),
        ),
        (80, " ● smtp 127.0.0.1:1025  1,018 messages, 1,003 new  ✗ 3 failed  ↑ 12 newer"),
        (60, " ●  1,018 messages, 1,003 new  ✗ 3 failed  ↑ 12 newer"),
        (50, " ●  1,018 messages, 1,003 new  ↑ 12 newer"),
        (40, "  1,018 messages, 1,003 new  ↑ 12 newer"),
        (20, "  1,018 messages, 1,003 new"),
    ],
)
def test_what_matters_least_is_left_out_first(width: int, shown: str) -> None:
    assert line(BUSY, width) == shown


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (
            140,
            (
                " ● smtp 127.0.0.1:1025 STARTTLS smtps 127.0.0.1:1465   1 message   following"
                "   in memory   CA /tmp/mailtrap-x1y2z3w4/ca.pem"
            ),
        ),
        (80, " ● smtp 127.0.0.1:1025 STARTTLS smtps :1465  1 message  following  in memory"),
        (60, " ● smtp 127.0.0.1:1025 STARTTLS  1 message  in memory"),
        (50, " ● smtp 127.0.0.1:1025  1 message  in memory"),
    ],
)
def test_the_port_for_tls_and_the_ca_are_there_where_there_is_room(width: int, shown: str) -> None:
    assert line(Status(messages=1), width, SECURE) == shown


def test_of_a_long_path_the_end_is_there_where_there_is_no_room_for_more() -> None:
    endpoints = Endpoints(TWO.smtp, maildir=Path("/srv/projects/shop/var/mails"))

    assert line(Status(messages=1), 120, endpoints).endswith("   in /srv/projects/shop/var/mails")
    assert line(Status(messages=1), 60, endpoints).endswith("  in …/mails")


def test_whether_it_follows_is_said_until_mail_waits() -> None:
    quiet = Status(messages=1)

    assert "   following" in line(quiet, 80)
    assert "not following" in line(replace(quiet, following=False), 80)


def test_what_can_be_taken_back_is_said_first() -> None:
    assert line(replace(BUSY, deleted=True), 60).startswith(" deleted, Z brings it back")
