"""How images are shown: by what the environment and the terminal say."""

import sys

import pytest

from mailtrap.tui.graphics import KINDS, Graphics, answered, colours, known

XTERM = {"TERM": "xterm-256color"}


@pytest.mark.parametrize(
    "environ",
    [
        {"TERM": "tmux-256color"},
        {"TERM": "screen"},
        {**XTERM, "TMUX": "/tmp/tmux-0/default,1,0", "KITTY_WINDOW_ID": "1"},
        {**XTERM, "STY": "1.pts"},
        {**XTERM, "NO_COLOR": "1"},
        {"TERM": "linux"},
        {"TERM": "dumb"},
        {},
    ],
    ids=str,
)
def test_they_are_half_blocks_where_nothing_else_gets_through(environ: dict[str, str]) -> None:
    assert known("auto", environ) == Graphics("blocks")


@pytest.mark.skipif(sys.platform == "win32", reason="what draws is for Unix")
def test_a_terminal_whose_every_version_can_is_not_asked() -> None:
    pytest.importorskip("PIL")

    assert known("auto", {"TERM": "xterm-ghostty"}) == Graphics("kitty")
    assert known("auto", {**XTERM, "TERM_PROGRAM": "ghostty"}) == Graphics("kitty")


@pytest.mark.skipif(sys.platform == "win32", reason="what draws is for Unix")
def test_others_are_asked() -> None:
    pytest.importorskip("PIL")

    assert known("auto", XTERM) is None
    assert known("auto", {"TERM": "xterm-kitty", "KITTY_WINDOW_ID": "1"}) is None


@pytest.mark.skipif(sys.platform == "win32", reason="what draws is for Unix")
@pytest.mark.parametrize("kind", KINDS)
def test_a_setting_counts_more_than_what_is_known(kind: str) -> None:
    assert known(kind, {"TERM": "xterm-ghostty", "TMUX": "x"}) == Graphics(kind)


def test_nobody_is_asked_where_images_cannot_be_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailtrap.tui.graphics.find_spec", lambda _: None)

    assert known("auto", XTERM) == Graphics("blocks")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"\x1b[>1;4000;28c\x1b[?62;c", "kitty"),
        (b"\x1b]11;rgb:0000/0000/0000\x1b\\\x1b[>1;4000;41c\x1b[?62;c", "kitty"),
        (b"\x1b[>1;4001;0c\x1b[?62;c", "kitty"),
        (b"\x1b[>1;4000;27c\x1b[?62;c", "blocks"),
        (b"\x1b[>41;379;0c\x1b[?63;1;2;4;6;9c", "sixel"),
        (b"\x1b[>1;277;0c\x1b[?65;4;6;18;22;52c", "sixel"),
        (b"\x1b[?62;4c", "sixel"),
        (b"\x1b[>1;115;0c\x1b[?62;1;4c", "blocks"),  # Konsole
        (b"\x1b[>61;7600;1c\x1b[?61;6;7;21;22c", "blocks"),
        (b"\x1b[?4;1c", "blocks"),
        (b"\x1b[?62;14;40c", "blocks"),
        (b"\x1b[?1;2c", "blocks"),
        (b"", "blocks"),
    ],
)
def test_the_terminal_says_what_it_can(answer: bytes, kind: str) -> None:
    assert answered(answer).kind == kind


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        (b"\x1b[?1;0;16S\x1b[?63;4c", 15),
        (b"\x1b[?1;0;256S", 255),
        (b"\x1b[?1;0;1024S", 255),
        (b"\x1b[?1;0;0S", 2),
        (b"\x1b[?1;1;0S", 255),
        (b"\x1b[?62;4c", 255),
    ],
)
def test_it_says_how_many_colours_there_are_in_sixels(answer: bytes, count: int) -> None:
    assert colours(answer) == count
