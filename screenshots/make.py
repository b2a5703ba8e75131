"""Draws the pictures of the README: ``python screenshots/make.py``, from the project's directory.

It is the real app on the story of the tests (tests/tui/story.py), whose screens are compared as
text in each test run; a picture is drawn of the same screen.  PNG needs Chromium and the fonts
DejaVu Sans Mono, FreeMono and Noto Sans CJK (in Debian: fonts-dejavu-core, fonts-freefont-ttf and
fonts-noto-cjk).
"""

import html
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from rich.cells import cell_len

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from tests.tui.pilots import Stage, play  # noqa: E402 the tests are no package that is installed
from tests.tui.story import NOW, a_story  # noqa: E402

SIZE = (120, 36)
NARROW = (80, 24)
# Name of the picture: the keys that lead to it, and the size of the terminal.
PICTURES: Mapping[str, tuple[str, tuple[int, int]]] = {
    "mail": ("G", SIZE),
    "html": ("G x", SIZE),
    "rejected": ("j j j j", SIZE),
    "issues": ("G k k k i", SIZE),
    "sessions": ("2 j", SIZE),
    "problems": ("3 enter", SIZE),
    "filter": ("slash f r o m colon s h o p", SIZE),
    "narrow": ("G k", NARROW),
}
# The second has the pictures of control characters, such as U+240A.
FONTS = "DejaVu Sans Mono, FreeMono"
CELL = 12.2  # what Rich takes a cell to be wide, in its units
_TEXT = re.compile(r'(<text [^>]*?)textLength="[\d.]+"([^>]*)>([^<]*)</text>')
_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def drawn(keys: str, size: tuple[int, int]) -> str:
    """The screen behind those keys, as SVG."""
    pictures: list[str] = []

    async def scene(stage: Stage) -> None:
        stage.app._tick()  # by the clock of the story
        await stage.settled()
        await stage.press(*keys.split())
        pictures.append(stage.app.export_screenshot(title="mailtrap"))

    play(a_story(), scene, size=size, now=lambda: NOW)
    return mended(pictures[0])


def mended(svg: str) -> str:
    """With the width of wide characters (Rich counts code points), and no font from elsewhere."""

    def wide(found: re.Match[str]) -> str:
        length = round(cell_len(html.unescape(found[3])) * CELL, 2)
        return f'{found[1]}textLength="{length}"{found[2]}>{found[3]}</text>'

    own = _FONT_FACE.sub("", _TEXT.sub(wide, svg)).replace("Fira Code", FONTS)
    return "\n".join(line.rstrip() for line in own.splitlines()) + "\n"


def rendered(svg: Path, png: Path, chromium: str) -> None:
    """Let Chromium draw the picture."""
    box = _BOX.search(svg.read_text())
    assert box is not None
    width, height = (round(float(length)) for length in box.groups())
    with tempfile.TemporaryDirectory() as home:
        command = [chromium, "--headless=new", "--no-sandbox", "--hide-scrollbars"]
        command += [f"--user-data-dir={home}", f"--window-size={width},{height}"]
        command += ["--default-background-color=00000000", f"--screenshot={png}", svg.as_uri()]
        subprocess.run(command, check=True, capture_output=True)


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    for name, (keys, size) in PICTURES.items():
        svg = (HERE / name).with_suffix(".svg")
        svg.write_text(drawn(keys, size))
        if chromium is None:
            print(f"{svg.name}; there is no Chromium, so no PNG")
        else:
            rendered(svg, svg.with_suffix(".png"), chromium)
            print(f"{svg.name}, {svg.stem}.png")


if __name__ == "__main__":
    main()
