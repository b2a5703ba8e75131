"""Documents of mail data: what is made once, and what anew."""

import pytest

from mailtrap.tui.html_view import HtmlDocument
from mailtrap.tui.pages import Pages
from tests.tui.mails import HTML_ONLY


@pytest.mark.parametrize("tab", ["text", "html"])
def test_html_is_set_once_for_so_many_cells(tab: str) -> None:
    pages = Pages(HTML_ONLY)

    first = pages.maker(tab, ())(80)

    assert isinstance(first, HtmlDocument)
    assert pages.maker(tab, ())(80) is first
    assert pages.maker(tab, ())(60) is not first


def test_html_for_the_text_says_that_there_is_no_other() -> None:
    pages = Pages(HTML_ONLY)

    text, html = pages.maker("text", ())(80), pages.maker("html", ())(80)

    assert text.line(0) != html.line(0)
