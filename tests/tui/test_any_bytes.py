"""Any bytes: every tab has a document, in which nothing is left that a terminal would obey."""

from hypothesis import given, settings
from hypothesis import strategies as st

from mailtrap.content import Content
from mailtrap.tui import tabs
from mailtrap.tui.addresses import parted
from mailtrap.tui.attachments import attached
from mailtrap.tui.document import Document, lay_out
from mailtrap.tui.keys import ROLES
from mailtrap.tui.pages import Pages
from mailtrap.tui.preview import preview
from mailtrap.tui.search import Search
from mailtrap.tui.source import SourceDocument
from tests.tui.test_untrusted import OBEYED, RAW, SAFE_LINK

TOKENS = [
    *(RAW, b"\r\n", b"\n", b"\r\n\r\n", b"--b\r\n", b"--b--\r\n", b"\x1b]0;x\x07", b"\xe2\x80\xae"),
    *(b"Content-Type: ", b"multipart/mixed; boundary=b", b"text/html; charset=utf-8"),
    *(b"text/plain", b"message/rfc822", b"image/png", b"application/x", b"text/calendar"),
    *(b"text/rfc822-headers", b"Content-Disposition: attachment; filename=", b"Content-ID: <"),
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Transfer-Encoding: quoted-printable\r\n",
    *(b"Subject: ", b"Received: ", b'To: "', b"=?utf-8?q?=1B?=", b"http://x.example/\x9b"),
    *(b"<a href='https://x/&#27;", b"'>", b"<table><tr><td>", b"<img src=", b"<pre>"),
    *(b"<div style='display:none'>", b"\x89PNG\r\n\x1a\n", b"R0lGODlh"),
]
ANY = st.one_of(
    st.binary(max_size=300),
    st.lists(st.one_of(st.sampled_from(TOKENS), st.binary(max_size=6)), max_size=40).map(b"".join),
)


def assert_is_safe(document: Document, room: int) -> None:
    layout = lay_out(document, room)
    assert layout.pieces is None or len(layout.pieces) >= len(document)
    for index in range(len(document)):
        for text, role in [*document.line(index), *document.gutter(index)]:
            assert not OBEYED.search(text), (text, role)
            if not role.startswith("#"):
                names, address = parted(role)
                assert set(names) <= set(ROLES)
                assert not address or SAFE_LINK.fullmatch(address)


@settings(deadline=None)
@given(ANY, st.integers(1, 120))
def test_every_tab_of_any_bytes_is_safe_to_show(data: bytes, room: int) -> None:
    pages = Pages(data)
    remarks = [("warning", "rule: x", 3), ("error", "rule: y", None)]

    for tab in pages.tabs:
        assert_is_safe(pages.maker(tab.id, remarks)(room), room)
    assert_is_safe(SourceDocument(data), room)
    for part in pages.content.parts:
        assert_is_safe(preview(part, room), room)
    assert (tabs.HTML in pages.tabs) == (pages.content.html is not None)
    assert len(attached(pages.content)) == sum(tab.count for tab in pages.tabs)


@given(ANY, st.text(min_size=1, max_size=3))
def test_any_bytes_can_be_searched(data: bytes, query: str) -> None:
    document = Pages(data).maker("text", ())(80)

    search = Search(query, document)
    search.work(lambda: False)

    assert search.is_done


def test_the_html_that_is_there_is_known_without_decoding_it() -> None:
    assert Content(b"Content-Type: text/html\r\n\r\nx").has_html
    assert not Content(b"Content-Type: text/html; name=x\r\n\r\nx").has_html
