from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.hypertext import MAX_HTML, MAX_LINES, Hypertext, Image
from mailtrap.links import Link
from mailtrap.markup import MAX_ELEMENTS, tree
from mailtrap.wrapping import Span, Style, cells, plain


def shown(html: str, width: int = 40) -> list[str]:
    return plain(Hypertext(html).lines(width)).split("\n")


SET = {
    "paragraphs": ("<p>one<p>two</p>three", ["one", "", "two", "", "three"]),
    "blanks": ("a\n  b&nbsp;&nbsp;c<br><br>d", ["a b  c", "", "d"]),
    "a heading": ("x<h1>Title</h1>y", ["x", "", "Title", "", "y"]),
    "lists": (
        "<ul><li>one<li>two<ol><li>a</li><li>b</ol></ul>",
        ["• one", "• two", "", "  1. a", "  2. b"],
    ),
    "a quote": ("<blockquote>one<br>two</blockquote>", ["│ one", "│ two"]),
    "preformatted": ("<pre>\n  a   b\n\tc\n</pre>", ["  a   b", "        c"]),
    "a rule": ("a<hr>b", ["a", "─" * 40, "b"]),
    "references": ("&lt;b&gt; &amp; &euro;&#8364;&#x20ac; &nope; &", ["<b> & €€€ &nope; &"]),
    "a data table": (
        "<table><tr><th>Item<th>Price<tr><td>Cup<td>€ 9</table>",
        ["Item  Price", "───────────", "Cup   € 9"],
    ),
    "columns that span others": (
        "<table><tr><td>a<td>b<td>c<tr><td colspan=2>total<td>d</table>",
        ["a  b   c", "total  d"],
    ),
    "a layout table": (
        "<table><tr><td><table><tr><td>one</td></tr></table></td></tr><tr><td>two</td></tr></table>",
        ["one", "", "two"],
    ),
    "an empty column": ("<table><tr><td>&nbsp;<td>text<td></table>", ["text"]),
    "what is no content": (
        "<title>t</title><style>p{}</style><script>a<b</script><!--[if mso]>no<![endif]-->yes",
        ["yes"],
    ),
    "an image": ("<img src='cid:x' alt='Logo'> <img src=y>", ["[Logo]"]),
    "a button": (
        "<a href='https://e/' style='background:#06c;padding:1px'>Go on</a>",
        ["▐ Go on ▌⁽¹⁾"],
    ),
    "alignment": ("<p align=center>ab</p><p style='text-align:right'>cd</p>",
                  [" " * 19 + "ab", "", " " * 38 + "cd"]),
    "a word across styles": ("x <b>bo</b>ld", ["x bold"]),
    "stray and missing ends": ("<p><b>a</p></i><div>b</b>", ["a", "", "b"]),
    "a tag without end": ("a<b href='x", ["a"]),
    "a less-than sign": ("1 < 2 <3", ["1 < 2 <3"]),
}  # fmt: skip


@pytest.mark.parametrize(("html", "expected"), SET.values(), ids=SET)
def test_html_is_set_in_lines(html: str, expected: list[str]) -> None:
    assert shown(html) == expected


def test_lines_are_wrapped_at_blanks_and_long_words_are_cut() -> None:
    assert shown("one two three " + "x" * 12, 10) == ["one two", "three", "x" * 10, "xx"]
    assert shown("日本語日本語", 5) == ["日本", "語日", "本語"]


def test_a_wide_table_is_made_to_fit_or_goes_below_one_another() -> None:
    table = "<table><tr><td>one two three four five<td>price</table>"

    assert shown(table, 20) == ["one two three  price", "four five"]
    assert shown(table, 12) == ["one two", "three four", "five", "price"]


def test_spans_tell_style_and_link() -> None:
    [line] = Hypertext("a <b>b</b> <a href=x>c <i>d</i></a>").lines(40)

    link = Style.LINK
    assert line == (
        Span("a "),
        Span("b", Style.BOLD),
        Span(" "),
        Span("c ", link, 0),
        Span("d", link | Style.ITALIC, 0),
        Span("⁽¹⁾", Style.NOTE, 0),
    )


def test_links_are_in_order_with_what_one_clicks_on() -> None:
    html = (
        "<a href='https://e/1'>One\n <b>two</b></a><a name=x>no</a>"
        "<a href=' https://e/2?a=1&amp;b=2 '><img src=y alt=Logo></a><a href=''>no</a>"
        "<a href='https://e/3'><div>Block</div></a>"
    )

    assert Hypertext(html).links == (
        Link("https://e/1", "One two"),
        Link("https://e/2?a=1&b=2", "Logo"),
        Link("https://e/3", "Block"),
    )


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<img src=https://e/a.png alt=A>", Image("https://e/a.png", "A")),
        (
            "<img src=https://e/a.png width=1 height=1>",
            Image("https://e/a.png", "", is_tracker=True),
        ),
        ("<img src=//e/a.png height=0>", Image("//e/a.png", "", is_tracker=True)),
        ("<img src=http://e/a style='width:1px'>", Image("http://e/a", "", is_tracker=True)),
        ("<img src=http://e/a style='display:none'>", Image("http://e/a", "", is_tracker=True)),
        ("<p hidden><img src=http://e/a></p>", Image("http://e/a", "", is_tracker=True)),
        ("<img src=http://e/wf/open?upn=x>", Image("http://e/wf/open?upn=x", "", is_tracker=True)),
        ("<img src=cid:a width=1>", Image("cid:a")),
        ("<img src=data:image/png;base64,xx>", Image("data:image/png;base64,xx")),
        ("<td background=http://e/b>", Image("http://e/b")),
        ("<p style=\"background-image: URL( 'http://E/b' )\">", Image("http://E/b")),
    ],
)
def test_images_tell_whether_they_are_trackers(html: str, expected: Image) -> None:
    assert Hypertext(html).images == (expected,)


def test_images_are_remote_or_parts() -> None:
    assert [image.is_remote for image in Hypertext("<img src=HTTPS://e><img src=x>").images] == [
        True,
        False,
    ]
    [image] = Hypertext("<img src='CID:a%40b'>").images
    assert (image.cid, image.is_remote) == ("a@b", False)


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        "DISPLAY : NONE !important",
        "visibility:hidden",
        "font-size:0",
        "font-size:0px;line-height:0",
        "opacity:0",
        "max-height:0px;overflow:hidden",
        "mso-hide:all",
        "color:#fff",
        "color:#123456;background-color:rgb(18, 52, 86)",
    ],
)
def test_text_nobody_sees_is_told_and_not_shown(style: str) -> None:
    page = Hypertext(f"<div style='{style}'>Save\n now</div>Hello")

    assert page.hidden == ("Save now",)
    assert page.text == "Hello"


@pytest.mark.parametrize(
    "html",
    [
        "<td style='font-size:0px'><div style='font-size:13px'>seen</div></td>",  # as MJML does
        "<td bgcolor=#000000><span style='color:white'>seen</span></td>",
        "<td style='background:url(x)'><span style='color:white'>seen</span></td>",
        "<div style='visibility:hidden'><b style='visibility:visible'>seen</b></div>",
        "<div style='max-height:10px;opacity:0.5'>seen</div>",
        "<div style='color:rgba(255,255,255,0.5)'>seen</div>",
    ],
)
def test_text_that_is_seen_is_not_called_hidden(html: str) -> None:
    assert (Hypertext(html).hidden, Hypertext(html).text) == ((), "seen")


def test_what_a_terminal_would_obey_is_not_in_the_lines() -> None:
    html = "a&#27;[2J<img alt='\x1b]0;x\x07' src=x><pre>\x9b\u202e</pre>"

    assert "\x1b" not in "".join(shown(html))
    assert "\u202e" not in "".join(shown(html))


def test_what_is_too_much_is_left_out_and_it_says_so() -> None:
    many_lines = Hypertext("x<br>" * (MAX_LINES + 5))

    assert plain(many_lines.lines(10)[-1:]) == "… 5 more lines are not shown"
    assert Hypertext("x" * MAX_HTML).limits == ()
    assert Hypertext("x" * (MAX_HTML + 1)).limits != ()
    assert Hypertext("<i>" * (MAX_ELEMENTS + 1)).limits != ()


PIECES = (
    "<table>|<tr>|<td>|<td colspan=9>|</table>|</td>|<p>|</p>|<div>|<li>|<ul>|<a href=x>|</a>|<pre>"
    "|<blockquote>|<!--|-->|<![|<!|<?|</|<|>|&#|&#x|99999999999|&amp|\"|'|=|<b |text text|日本 |\n"
    "|<img src=http://e/ alt='x y'>|<br>|style='display:none'|<script>|</script>|<textarea>|\0"
    "|<center>|<th>|\x1b|</b>"
)


@given(
    st.one_of(
        st.text(max_size=100),
        st.lists(st.sampled_from(PIECES.split("|")), max_size=40).map("".join),
    ),
    st.integers(),
)
def test_any_html_can_be_read_and_fits_the_width(html: str, number: int) -> None:
    page = Hypertext(html)

    width = number % 60 + 8
    for line in page.lines(width):
        assert cells("".join(span.text for span in line)) <= width
        for span in line:
            assert span.link is None or span.link < len(page.links)
    assert isinstance(page.text, str)
    assert all(image.src for image in page.images)


HOSTILE: dict[str, Callable[[int], str]] = {
    "tables in tables": lambda n: "<table><tr><td>a<td>b" * n,
    "quotes in quotes": lambda n: "<blockquote>x" * n,
    "lists in lists": lambda n: "<ul><li>x" * n,
    "inline elements": lambda n: "<b>x " * n,
    "divisions": lambda n: "<div>x" * n,
    "comments": lambda n: "<!--" * n,
    "declarations": lambda n: "<![" * n,
    "open quotes": lambda n: '<a b="' * n + "'",
    "tags without end": lambda n: "<a " * n,
    "references": lambda n: "&#" + "9" * n + "&#x" + "f" * n,
    "a long word": lambda n: "x" * n,
    "cells": lambda n: "<table><tr>" + "<td>x" * n,
    "ends": lambda n: "<div>" * 200 + "</b>" * n,
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_html_made_to_take_long_can_be_read(hostile: Callable[[int], str]) -> None:
    page = Hypertext(hostile(5000))

    assert page.lines(60) is not None
    assert page.text is not None


def test_lines_of_nested_tables_are_not_made_anew_for_every_level() -> None:
    work = []

    for depth in (8, 16):
        measured = 0

        def measure(text: str) -> int:
            nonlocal measured
            measured += 1
            return len(text)

        html = "<table><tr><td>a</td><td>" * depth + "x" + "</td></tr></table>" * depth
        Hypertext(html).lines(200, measure)
        work.append(measured)

    assert work[1] < 16 * work[0]  # twice for each level would be 256 times


def test_what_is_no_end_of_a_cell_closes_nothing_outside_its_table() -> None:
    root, is_whole = tree("<div><table><tr><td></div>x</td></tr></table></div>y")

    assert is_whole
    assert [getattr(child, "name", child) for child in root.children] == ["div", "y"]
