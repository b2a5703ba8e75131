"""The preview in a real browser: it shows the message, and asks nobody for anything."""

import subprocess
from pathlib import Path

import pytest

from mailtrap.content import Content
from mailtrap.page import page, policy
from mailtrap.preview import Preview
from tests.clients.programs import PATIENCE, program
from tests.remote import listening

HEADER = b"Subject: Offer\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
PIXEL = "R0lGODlhAQABAIAAAP8AAP8AACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw=="
WITH_IMAGE = f"""\
Subject: Logo
MIME-Version: 1.0
Content-Type: multipart/related; boundary=b

--b
Content-Type: text/html; charset=utf-8

<p>Grüße</p><img id=logo src="cid:logo@example.org">
--b
Content-Type: image/gif
Content-ID: <logo@example.org>
Content-Transfer-Encoding: base64

{PIXEL}
--b--
""".encode()


@pytest.fixture(name="chromium")
def fixture_chromium() -> str:
    return program("chromium", "apt install chromium, or set a link of that name to your Chrome")


def opened(chromium: str, url: str, tmp_path: Path) -> str:
    """The page as the browser has it, after four seconds of its own time."""
    done = subprocess.run(
        [
            *(chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"),
            *("--disable-background-networking", "--disable-component-update"),
            *(f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=4000"),
            *("--dump-dom", url),
        ],
        capture_output=True,
        timeout=PATIENCE,
        check=True,
    )
    return done.stdout.decode()


def previewed(chromium: str, data: bytes, tmp_path: Path, *, with_remote: bool = False) -> str:
    preview = Preview()
    try:
        url = preview.add(page(Content(data)), policy(with_remote=with_remote))
        return opened(chromium, url, tmp_path)
    finally:
        preview.close()


def test_a_message_asks_nobody_for_anything(chromium: str, tmp_path: Path) -> None:
    with listening() as server:
        data = HEADER + f"<p id=seen>Hello</p>{server.html()}".encode()

        shown = previewed(chromium, data, tmp_path)

        assert '<p id="seen">Hello</p>' in shown
        assert (server.asked, server.connections) == (set(), 0)


def test_the_same_from_a_file_asks_in_nearly_every_way(chromium: str, tmp_path: Path) -> None:
    with listening() as server:
        file = tmp_path / "mail.html"
        file.write_text(server.html())

        opened(chromium, file.as_uri(), tmp_path)

        assert len(server.asked) >= 29


def test_with_remote_images_it_asks_for_images_only(chromium: str, tmp_path: Path) -> None:
    with listening() as server:
        previewed(chromium, HEADER + server.html().encode(), tmp_path, with_remote=True)

        assert {"img", "style", "background-of-cell"} <= server.asked
        others = {"iframe", "script", "stylesheet", "font", "form", "refresh", "video", "object"}
        assert not server.asked & others


def test_an_image_of_the_message_is_in_the_page(chromium: str, tmp_path: Path) -> None:
    shown = previewed(chromium, WITH_IMAGE.replace(b"\n", b"\r\n"), tmp_path)

    assert f'src="data:image/gif;base64,{PIXEL}"' in shown
    assert "<p>Grüße</p>" in shown
