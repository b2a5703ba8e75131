"""The issues on the screen: tab, flags, headline, and marks in transcript and source."""

import subprocess
import sys

import pytest

from mailtrap.trap import Trap
from tests.tui.letters import LETTER, UNDATED, UNIX, bring_letter, greet, post
from tests.tui.pilots import Stage, play
from tests.tui.senders import Sender, a_trap

SIZES = [(80, 24), (140, 40), (50, 12)]


def with_mail(data: bytes = LETTER, ehlo: bytes = b"app.example.org") -> Trap:
    trap = a_trap()
    bring_letter(trap, data, ehlo)
    return trap


def test_the_row_the_tab_and_the_headline_say_how_much_is_wrong() -> None:
    undated = UNIX.replace(b"Message-ID", b"X-Id").partition(b"\n")[2]

    async def scene(stage: Stage) -> None:
        lines = stage.lines()
        assert lines[0].startswith("● !  12:00")
        assert " 2 errors, 1 warning · ann@example.org → bob@example.org" in lines
        assert " Text  Headers  Source  MIME  Session  Issues 3" in lines

    play(with_mail(undated), scene, size=(80, 25))


def test_how_much_is_wrong_is_told_where_it_cuts_nothing_off() -> None:
    trap = a_trap()
    client = greet(trap)
    client.send(b"MAIL FROM:<ann.of.the.long.name@example.org>\r\n")
    client.send(b"RCPT TO:<bob.of.the.long.name@example.org>\r\n").send(b"DATA\r\n")
    client.send(UNDATED + b".\r\n").send(b"QUIT\r\n")

    async def scene(stage: Stage) -> None:
        headline = [line.partition("│ ")[2] for line in stage.lines()[:4]]
        assert headline[1] == "1 error · Ann <ann@example.org>"
        assert headline[2].startswith("ann.of.the.long.name@example.org → ")

    play(trap, scene, size=(120, 30))


def test_mail_with_nothing_wrong_looks_as_before() -> None:
    async def scene(stage: Stage) -> None:
        lines = stage.lines()
        assert lines[0].startswith("●    12:00")
        assert " ann@example.org → bob@example.org" in lines
        assert " Text  Headers  Source  MIME  Session  Issues" in lines
        await stage.press("i")
        assert "Nothing wrong here." in stage.text()

    play(with_mail(), scene, size=(80, 24))


def test_what_is_only_worth_knowing_flags_no_row() -> None:
    trap = a_trap()
    greet(trap).leave()

    async def scene(stage: Stage) -> None:
        await stage.press("i")
        lines = stage.lines()
        assert "!" not in lines[0]
        assert " Session  Issues" in lines
        assert "no-quit" in stage.text()

    play(trap, scene, size=(80, 24))


@pytest.mark.parametrize("size", SIZES)
def test_the_key_shows_the_issues_of_a_session_without_mail(size: tuple[int, int]) -> None:
    trap = a_trap()
    greet(trap, b"my_host").send(b"MAIL FROM:<a@example.org>\r\n").leave()

    async def scene(stage: Stage) -> None:
        await stage.press("enter", "i")
        assert "▸✗  helo-invalid-chars" in stage.text()
        assert "Issues 1" in stage.text()

    play(trap, scene, size=size)


def test_the_tab_stays_for_the_next_row() -> None:
    trap = with_mail(UNDATED)
    bring_letter(trap, ehlo=b"my_host")

    async def scene(stage: Stage) -> None:
        await stage.press("i")
        assert "helo-invalid-chars" in stage.text()
        await stage.press("j")
        assert "header-missing-date" in stage.text()

    play(trap, scene, size=(80, 24))


def test_issues_appear_while_a_session_goes_on() -> None:
    trap = a_trap()
    client = greet(trap)
    post(client)

    async def scene(stage: Stage) -> None:
        await stage.press("i")
        assert "Nothing wrong here so far." in stage.text()
        client.send(b"BLURB\r\n")
        await stage.settled()
        assert "Issues 1" in stage.text()
        assert "BLURB" in stage.text()
        assert stage.lines()[0][2] == "!"

    play(trap, scene, size=(80, 24))


def test_below_an_offending_line_of_the_transcript_stands_what_is_wrong_with_it() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("e", "enter")
        lines = [line.partition("│ ")[2] for line in stage.text().splitlines()]
        greeting = lines.index("      +0.012  C: EHLO my_host")
        assert lines[greeting + 1].startswith("              ✗  helo-invalid-chars: The client's")
        data = lines.index("      +0.012  C: [214 octets of mail data]")
        assert lines[data + 1].startswith("              ✗  bare-lf-data: Line of mail data")

    play(with_mail(UNIX, b"my_host"), scene, size=(140, 40))


def test_remarks_that_come_later_leave_the_reader_at_the_line_that_is_read() -> None:
    trap = a_trap()
    client = greet(trap)
    for _ in range(20):
        client.send(b"NOOP\r\n")

    async def scene(stage: Stage) -> None:
        stage.app.listing.tick(client.session.opened.replace(year=2027))
        stage.app._show()
        await stage.press("enter", "e", "g", "j", "j", "j", "j")
        top = stage.view.document.line(stage.view.top_line)
        client.send(b"BLURB\r\n")
        await stage.settled()
        assert stage.view.document.line(stage.view.top_line) == top
        await stage.press("G")
        below = stage.text().partition("C: BLURB\n")[2].splitlines()[0]
        assert below.split()[0] in "✗!"

    play(trap, scene, size=(80, 24))


def test_the_source_marks_the_lines_in_which_something_is_wrong() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("R")
        lines = [line.strip() for line in stage.text().splitlines()]
        assert "1i Date: Mon, 2 Mar 2020 12:00:00 +0000" in lines
        assert "2  From: Ann <ann@example.org>" in lines

    play(with_mail(LETTER.replace(b"2026", b"2020")), scene, size=(80, 24))


def test_from_an_issue_the_key_that_reads_leads_to_its_line_in_the_transcript() -> None:
    trap = a_trap()
    client = greet(trap)
    for _ in range(30):
        client.send(b"NOOP\r\n")
    client.send(b"BLURB\r\n")
    for _ in range(30):
        client.send(b"NOOP\r\n")
    client.send(b"QUIT\r\n")

    async def scene(stage: Stage) -> None:
        await stage.press("enter", "i", "enter")
        lines = stage.text().splitlines()
        [place] = [number for number, line in enumerate(lines) if "C: BLURB" in line]
        tabs = next(number for number, line in enumerate(lines) if "Session  Issues" in line)
        assert place - tabs == 4  # the line of the tabs, and two lines before it
        assert stage.app._detail.tab == "session"

    play(trap, scene, size=(80, 24))


def test_from_an_issue_of_the_message_the_key_leads_to_the_source() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("enter", "i", "enter")
        assert stage.app._detail.tab == "source"
        assert "From: Ann" in stage.text()

    play(with_mail(UNDATED), scene, size=(80, 24))


def test_keys_go_from_issue_to_issue_and_scroll_them_into_sight() -> None:
    undated = UNIX.replace(b"Message-ID", b"X-Id").partition(b"\n")[2]

    async def scene(stage: Stage) -> None:
        await stage.press("enter", "i", "n")
        assert "▸✗  header-missing-date" in stage.text()
        await stage.burst("n", "n", "n")
        assert "▸!  header-missing-message-id" in stage.text()
        await stage.press("N", "N", "N")
        assert "▸✗  bare-lf-data" in stage.text()
        await stage.press("G")
        assert "▸!  header-missing-message-id" in stage.text()

    play(with_mail(undated), scene, size=(80, 25))


@pytest.mark.parametrize("key", ["n", "N", "enter"])
def test_the_keys_of_issues_do_nothing_in_other_tabs(key: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("enter", "e")
        before = stage.text()
        await stage.press(key)
        assert stage.text() == before

    play(with_mail(UNIX, b"my_host"), scene, size=(80, 24))


def test_mail_lost_beside_other_mail_has_its_own_issues() -> None:
    trap = a_trap()
    client = post(greet(trap))
    client.send(b"MAIL FROM:ann@example.org\r\n").send(b"RCPT TO:<550@fault.test>\r\n")
    client.send(b"QUIT\r\n")

    async def scene(stage: Stage) -> None:
        lost, kept = stage.lines()[:2]
        assert lost.startswith("  ✗!")
        assert kept.startswith("●   ")

    play(trap, scene, size=(80, 24))


def test_the_rules_are_not_imported_for_the_first_paint() -> None:
    code = """
import asyncio, sys
from mailtrap.stores.memory import MemoryStore
from mailtrap.trap import Trap
from mailtrap.tui.app import MailtrapApp
from mailtrap.tui.endpoints import Endpoints

def ready(_notice):
    print([module for module in sys.modules if ".lint" in module])

async def run():
    app = MailtrapApp(Trap(MemoryStore()), Endpoints([("127.0.0.1", 1025)]), on_ready=ready)
    async with app.run_test():
        pass

asyncio.run(run())
"""

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.strip() == "[]"


def test_octets_of_a_client_in_an_issue_are_safe_to_show() -> None:
    trap = a_trap()
    Sender(trap).send(b"EHLO \x1b]2;PWNED\x07_\xff\r\n").leave()

    async def scene(stage: Stage) -> None:
        await stage.press("i")
        assert "PWNED" in stage.text()
        assert "\x1b" not in stage.text()

    play(trap, scene)
