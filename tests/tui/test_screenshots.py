"""The pictures of the README show the screen as it is."""

import html
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]

_TEXT = re.compile(r"<text [^>]*>([^<]*)</text>")
PICTURES = sorted((ROOT / "screenshots").glob("*.svg"))


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make", ROOT / "screenshots" / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKE = _script()


def _words(svg: str) -> list[str]:
    """Whatever the pieces are that have one colour."""
    return html.unescape("".join(_TEXT.findall(svg))).split()


@pytest.mark.parametrize("name", MAKE.PICTURES)
def test_a_picture_shows_the_screen_as_it_is(name: str) -> None:
    picture = (ROOT / "screenshots" / name).with_suffix(".svg")

    words = _words(MAKE.drawn(*MAKE.PICTURES[name]))

    assert words
    assert words == _words(picture.read_text()), "draw it again: python screenshots/make.py"


def test_there_is_no_other_picture() -> None:
    assert {path.stem for path in PICTURES} == {*MAKE.PICTURES}
    assert {path.stem for path in (ROOT / "screenshots").glob("*.png")} == {*MAKE.PICTURES}
