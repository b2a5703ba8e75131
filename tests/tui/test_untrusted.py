"""Untrusted text: whatever a client sends, nothing a terminal would obey is painted."""

import importlib
import pkgutil
import re

import pytest
from textual.widget import Widget

import mailtrap.tui
from mailtrap.faults.policy import Policy
from mailtrap.live_faults import LiveFaults
from tests.tui.pilots import Stage, play
from tests.tui.senders import Sender, a_trap, bring

EVIL = (
    "\x1b]2;PWNED\x1b\\\x1b]52;c;YQ==\x07\x9b31m\u202eevil\u2066\u2028\u061c\ufeff"
    "\x7f\x08\U000e0041"
)
RAW = EVIL.encode() + b"\x9b\xff\xed\xa0\x80[red]markup[/red]"
OBEYED = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)

SAFE_LINK = re.compile(r"(?:https?://|mailto:)[!-~]+")
HTML = f"""<p>{EVIL}</p><a href="https://example.org/&#27;]52;c;YQ==&#7;{EVIL}">{EVIL}</a>
<a href="javascript:x">x</a><img src="https://example.org/{EVIL}" alt="{EVIL}">
<div style="display:none">{EVIL}</div><table><tr><th>{EVIL}<td>x</table>"""
NAMED = (
    b"Content-Type: application/x-"
    + RAW
    + b"; charset="
    + RAW
    + b"\r\nContent-ID: <"
    + RAW
    + b">\r\nContent-Transfer-Encoding: "
    + RAW
    + b'\r\nContent-Disposition: attachment; filename="'
    + RAW
    + b'"\r\n\r\n'
    + RAW
    + b"\r\n"
)

SIZES = [(140, 40), (80, 24), (50, 12)]


def assert_nothing_to_obey(stage: Stage) -> None:
    for segment in stage.segments():
        assert not OBEYED.search(segment.text), repr(segment.text)
        if segment.style is not None:
            link = segment.style.link
            assert link is None or SAFE_LINK.fullmatch(link), link


@pytest.mark.parametrize("size", SIZES)
def test_a_message_full_of_control_characters_paints_none(size: tuple[int, int]) -> None:
    trap = a_trap()
    bring(
        trap,
        b"Subject: " + RAW + b"\r\nFrom: " + RAW + b" <" + RAW + b"@example.org>\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + RAW + b"\r\n" + RAW + b"\n\ttab\r\r\n",
        sender=b"<" + RAW + b"@example.org>",
        recipients=[b"<" + RAW + b"@example.org>", RAW],
        ehlo=RAW,
    )

    async def scene(stage: Stage) -> None:
        assert_nothing_to_obey(stage)
        for key in ("enter", *"SGeGiGtxGHGrGMGnv", "enter", "escape", "escape"):
            await stage.press(key)
            assert_nothing_to_obey(stage)

    play(trap, scene, size=size, show_secrets=True)


@pytest.mark.parametrize("size", SIZES)
def test_a_session_full_of_control_characters_paints_none(size: tuple[int, int]) -> None:
    trap = a_trap()
    client = Sender(trap).send(b"EHLO " + RAW + b"\r\n" + RAW + b"\r\nAUTH LOGIN\r\n")
    client.send(RAW + b"\r\n").send(RAW + b"\r\n")
    client.send(b"MAIL FROM:<" + RAW + b"> " + RAW + b"\r\nRCPT TO:" + RAW + b"\r\nDATA\r\n")
    client.send(b"Subject: " + RAW + b"\r\n\r\n" + RAW).leave("reset")

    async def scene(stage: Stage) -> None:
        assert "abandoned" in stage.text()
        assert_nothing_to_obey(stage)
        for key in ("enter", "S", "t", "e", "g", "G", "i", "G"):
            await stage.press(key)
            assert_nothing_to_obey(stage)

    play(trap, scene, size=size, show_secrets=True)


def a_monster() -> bytes:
    nested = b"Subject: " + RAW + b"\r\nFrom: " + RAW + b"\r\n\r\n" + RAW
    kinds = (
        b"Content-Type: text/plain\r\n\r\n" + RAW,
        b"Content-Type: text/html; charset=utf-8\r\n\r\n" + HTML.encode(),
        NAMED,
        b"Content-Type: message/rfc822\r\n\r\n" + nested,
        b"Content-Type: text/calendar\r\n\r\n" + RAW,
        b"Content-Type: image/png\r\n\r\n" + RAW,
    )
    head = b"Subject: x\r\nX-" + RAW + b": y\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    return head + b"".join(b"--b\r\n" + kind + b"\r\n" for kind in kinds)


@pytest.mark.parametrize("size", SIZES)
def test_parts_full_of_control_characters_paint_none(size: tuple[int, int]) -> None:
    trap = a_trap()
    bring(trap, a_monster())

    async def scene(stage: Stage) -> None:
        opened = ("enter", "escape", "n") * 5
        for key in ("enter", *"txGHGrGrMnnnnG", "enter", "v", *opened, "slash", "\x1b", "v", "e"):
            await stage.press(key)
            assert_nothing_to_obey(stage)

    play(trap, scene, size=size)


def test_html_of_control_characters_paints_none() -> None:
    trap = a_trap()
    bring(trap, b"Content-Type: text/html; charset=utf-8\r\n\r\n" + HTML.encode() + b"\r\n")

    async def scene(stage: Stage) -> None:
        assert "There is only HTML" in stage.text()
        assert_nothing_to_obey(stage)
        assert any(segment.style and segment.style.link for segment in stage.segments())

    play(trap, scene, size=(140, 40))


def _widgets() -> set[type[Widget]]:
    """All that we paint by: a new one has to be shown untrusted text in the scene below."""
    for _, name, _ in pkgutil.iter_modules(mailtrap.tui.__path__):
        importlib.import_module(f"mailtrap.tui.{name}")
    found, look = set[type[Widget]](), [Widget]
    while look:
        subclasses = look.pop().__subclasses__()
        look += subclasses
        found |= {each for each in subclasses if each.__module__.startswith("mailtrap.tui.")}
    return {each for each in found if not found & {*each.__subclasses__()}}


def test_every_widget_is_shown_text_of_a_client() -> None:
    trap = a_trap()
    seen = set[type[Widget]]()

    async def scene(stage: Stage) -> None:
        def look() -> None:
            assert_nothing_to_obey(stage)
            shown = stage.app.screen.walk_children(Widget, with_self=True)
            seen.update(type(widget) for widget in shown if widget.region)

        look()
        bring(trap, a_monster(), ehlo=RAW)
        Sender(trap).send(b"EHLO " + RAW + b"\r\n").leave("reset")
        await stage.settled()
        # Into the lists, the menus, the lines to type at, and all that comes over them.
        for keys in (
            *("j", "2", "3", "enter", "1", "y", "escape", "s", "escape", "X", "escape"),
            *("slash " + " ".join(["x"] * 3), "escape", "enter", "slash x", "escape", "v enter"),
            *("escape", "escape", "question_mark", "escape", "colon", "m", "escape", "D", "escape"),
        ):
            await stage.press(*keys.split())
            look()

    play(trap, scene, size=(120, 40), faults=LiveFaults(Policy()), show_secrets=True)

    ours = _widgets()
    assert ours
    assert ours - seen == set()


def test_markup_in_a_subject_is_text() -> None:
    trap = a_trap()
    bring(trap, b"Subject: [bold]x[/bold] [@click=app.bell]y[/]\r\n\r\n[red]z[/red]\r\n")

    async def scene(stage: Stage) -> None:
        assert stage.text().count("[bold]x[/bold] [@click=app.bell]y[/]") == 2
        assert "[red]z[/red]" in stage.text()

    play(trap, scene, size=(210, 20))


def test_wide_characters_do_not_push_the_columns_apart() -> None:
    trap = a_trap()
    bring(trap, "Subject: 日本語🎉👨‍👩‍👧é\u0301❤️\r\nFrom: 日本@例え.jp\r\n\r\nx\r\n".encode())

    async def scene(stage: Stage) -> None:
        for y in range(3):
            strip = stage.list.render_line(y)
            assert strip.cell_length == stage.list.outer_size.width

    play(trap, scene)
