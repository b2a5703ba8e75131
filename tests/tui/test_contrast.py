"""Contrast: text can be read in the themes people use (WCAG 2.2, 1.4.3: 4.5 to 1)."""

from datetime import timedelta

import pytest
from rich.color import ColorType
from textual.color import Color
from textual.geometry import Region
from textual.theme import BUILTIN_THEMES

from mailtrap.tui.colours import ENOUGH, ENOUGH_FOR_LINES, contrast
from tests.tui import mails
from tests.tui.pilots import Stage, play
from tests.tui.senders import NOON, Sender, a_trap, bring, titled
from tests.tui.story import a_short_story

DECORATION = set(" ╭╮╰╯▔─━│▁▂▃▄▅▆▇█▔╸╺")


def faint(stage: Stage, region: Region | None = None) -> dict[str, float]:
    """Painted text with too little contrast, and how much it has."""
    found = {}
    for segment in stage.segments(region):
        style = segment.style
        if style is None or not set(segment.text) - DECORATION - {"\n"}:
            continue
        if style.color is None or style.bgcolor is None:
            continue
        if ColorType.DEFAULT in (style.color.type, style.bgcolor.type):
            continue
        text, ground = Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
        if (ratio := contrast(text, ground)) < ENOUGH:
            found[segment.text.strip()] = round(ratio, 2)
    return found


THEMES = [name for name in BUILTIN_THEMES if not name.startswith("ansi")]
# Those with the least contrast of their own, light and dark: each takes a quarter of a second.
HARD = ["atom-one-light", "catppuccin-latte", "gruvbox", "nord", "solarized-light", "textual-light"]


def themes(*, first: bool) -> list[str]:
    """Each test has all of them in its first scene, and in the others those that are hard."""
    return THEMES if first else HARD


@pytest.mark.parametrize("keys", ["", "j", "jj", "jjjj", "jjjjR", "jjjji", "e", "q"])
def test_text_has_enough_contrast_in_every_theme(keys: str) -> None:
    trap = a_trap()
    bring(trap, titled("read"))
    bring(trap, b"Subject: unread\r\n\r\n> quoted\r\n\x1b\r\nContent-Disposition: attachment\r\n")
    later = NOON + timedelta(minutes=1)
    Sender(trap, at=later).leave()
    Sender(trap, at=later).send(b"VRFY\r\nBLURB\r\n").leave()
    Sender(trap, at=later).tls().send(b"MAIL FROM:<>\r\nRCPT TO:<drop@fault.test>\r\n")
    Sender(trap, at=later).fail_tls()

    async def scene(stage: Stage) -> None:
        await stage.press(*keys)
        stage.app.notice("told")
        stage.app.notice("told of trouble", is_trouble=True)
        for theme in themes(first=not keys):
            stage.app.theme = theme
            await stage.settled()
            assert (theme, faint(stage)) == (theme, {})

    play(trap, scene, size=(120, 40))


@pytest.mark.parametrize(
    "keys", [["x"], ["H"], ["j", "H"], ["P"], ["v"], ["enter", "x", "slash", "e"]]
)
def test_text_of_a_message_has_enough_contrast_in_every_theme(keys: list[str]) -> None:
    trap = a_trap()
    bring(trap, mails.BROKEN)
    html = "<h1>a</h1><code>b</code><s>c</s><i>d</i><blockquote>e</blockquote><a href=x:>f</a>"
    bring(trap, mails.letter("Subject: x", mails.html_part(html)))
    bring(trap, mails.ORDER)

    async def scene(stage: Stage) -> None:
        for more in ([], ["j"]):
            await stage.press(*keys, *more)
            for theme in themes(first=keys == ["x"] and not more):
                stage.app.theme = theme
                await stage.settled()
                assert (theme, faint(stage)) == (theme, {})

    play(trap, scene, size=(120, 40))


def test_the_lines_between_panes_can_be_seen_in_every_theme() -> None:
    async def scene(stage: Stage) -> None:
        for theme in THEMES:
            stage.app.theme = theme
            await stage.settled()
            variables = stage.app.theme_variables
            rule = Color.parse(variables["rule"])
            for ground in ("background", "surface"):
                seen = contrast(rule, Color.parse(variables[ground]))
                assert seen >= ENOUGH_FOR_LINES, (theme, ground)

    play(a_trap(), scene)


@pytest.mark.parametrize(
    "keys",
    [
        "2",
        "2 j enter",
        "3",
        "3 enter j enter",
        "slash o",
        "slash o enter j",
        "slash left_parenthesis x",
        "slash z z z",
        "C",
    ],
)
def test_views_filter_and_palette_have_enough_contrast_in_every_theme(keys: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press(*keys.split())
        for theme in themes(first=keys == "2"):
            stage.app.theme = theme
            await stage.settled()
            assert (theme, faint(stage)) == (theme, {})

    play(a_short_story(), scene, size=(120, 40))


@pytest.mark.parametrize(
    ("keys", "above"),
    [("question_mark", "#help"), ("colon", "#--container"), ("colon s o u r", "#--container")],
)
def test_what_is_above_the_panes_has_enough_contrast_in_every_theme(keys: str, above: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press(*keys.split())
        for theme in themes(first=above == "#help"):
            stage.app.theme = theme
            await stage.settled()
            region = stage.app.screen.query_one(above).region
            assert (theme, faint(stage, region)) == (theme, {})

    play(a_short_story(), scene, size=(120, 40))
