"""A message as a page: readable, inert, with its own images."""

import base64

import pytest

from mailtrap import page as pages
from mailtrap.content import Content
from mailtrap.page import inert, page, policy

GIF = b"GIF89a..."


def html(body: str, charset: str = "utf-8") -> bytes:
    header = f"Subject: Hello\r\nContent-Type: text/html; charset={charset}\r\n\r\n"
    return header.encode() + body.encode(charset)


def related(body: str, content_type: str = "image/gif", content_id: str = "logo@x") -> Content:
    text = (
        "Content-Type: multipart/related; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/html\r\n\r\n{body}\r\n"
        f"--b\r\nContent-Type: {content_type}\r\nContent-ID: <{content_id}>\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{base64.b64encode(GIF).decode()}\r\n--b--\r\n"
    )
    return Content(text.encode())


DATA_URL = f"data:image/gif;base64,{base64.b64encode(GIF).decode()}"


def test_html_comes_in_utf_8_whatever_it_was_and_says_of_itself() -> None:
    shown = page(Content(html('<html><meta charset="iso-8859-1"><p>Grüße', "iso-8859-1"))).decode()

    assert "<p>Grüße" in shown
    assert "<meta" not in shown


def test_a_fragment_gets_a_head_with_the_subject() -> None:
    shown = page(Content(html("<p>Hi").replace(b"Hello", b"a < b"))).decode()

    assert shown.startswith('<!doctype html><meta charset="utf-8"><title>a &lt; b</title>')


def test_a_message_without_html_is_its_text_as_it_is() -> None:
    shown = page(Content(b"Subject: x\r\n\r\n<b>a</b>\r\n  indented \x1b[31m")).decode()

    assert "&lt;b&gt;a&lt;/b&gt;\n  indented ␛[31m</pre>" in shown


@pytest.mark.parametrize(
    "element",
    [
        "<link rel=stylesheet href=x>",
        "<LINK\nrel=preconnect href=x>",
        "<link/rel=preconnect href=x>",
        '<meta http-equiv="refresh" content="0">',
        "<base href=x>",
        "<script>alert(1)</script>",
        "<li<link x>nk rel=stylesheet href=x>",
        "<iframe src=x></iframe>",
        "<frame src=x>",
        "<embed src=x>",
        "<script",
    ],
)
def test_nothing_is_left_that_loads_runs_or_connects(element: str) -> None:
    shown = inert(element, {}).lower()

    names = ("link", "meta", "base", "script", "iframe", "frame", "embed")
    assert not [name for name in names if f"<{name}" in shown]


def test_other_elements_stay_as_they_are() -> None:
    body = '<header><p class="link">x</p><a href="https://example.org/?a=1&amp;b=2">y</a></header>'

    assert inert(body, {}) == body


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<img src="cid:logo@x">', f'<img src="{DATA_URL}">'),
        ("<img src=CID:logo%40x>", f"<img src={DATA_URL}>"),
        ("<p style='background: url(cid:logo@x)'>", f"<p style='background: url({DATA_URL})'>"),
        ('<img src="cid:other@x">', '<img src="cid:other@x">'),
        ("<p>see cid:logo@x", "<p>see cid:logo@x"),
    ],
)
def test_images_of_the_message_are_put_into_the_page(before: str, after: str) -> None:
    assert after in page(related(before)).decode()


def test_only_images_are_put_into_the_page() -> None:
    shown = page(related('<img src="cid:logo@x">', content_type="text/html")).decode()

    assert "data:" not in shown


def test_images_are_put_into_the_page_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MAX_EMBEDDED", 2 * len(DATA_URL))

    shown = page(related('<img src="cid:logo@x">' * 3)).decode()

    assert (shown.count("data:image"), shown.count("cid:")) == (2, 1)


def test_the_policy_lets_remote_images_in_only_when_asked() -> None:
    usual, asked = policy(), policy(with_remote=True)

    assert "default-src 'none'; img-src data:;" in usual
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in usual
    assert asked == usual.replace("img-src data:", "img-src data: http: https:")
