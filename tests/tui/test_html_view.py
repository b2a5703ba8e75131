"""HTML: what is read of it, what it would load, and where it leads."""

from mailtrap.content import Content
from mailtrap.hypertext import Hypertext
from mailtrap.tui.document import plain, same_place
from mailtrap.tui.html_view import HtmlDocument, banner
from tests.tui import mails


def shown(html: str, room: int = 77) -> list[str]:
    document = HtmlDocument(Hypertext(html), room)
    return [plain(document.line(index)).rstrip() for index in range(len(document))]


def test_an_order() -> None:
    content = Content(mails.ORDER)
    document = HtmlDocument(content.hypertext, 77, parts=content.content_ids)

    assert [plain(document.line(index)).rstrip() for index in range(len(document))] == [
        "1 remote image, 1 tracker not loaded; 1 hidden text",
        "",
        "[Acme Shop]",
        "",
        "Thanks for your order, Ada!",
        "",
        "We have packed 3 items and handed them to DHL.",
        "",
        "▐ Track parcel ▌⁽¹⁾",
        "",
        "Item                    Qty  Price",
        "────────────────────────────────────",
        "Espresso cups „Milano“  2    € 24.00",
        "抹茶 Matcha tin 🍵      1    € 18.50",
        "",
        "Questions? Write to us⁽²⁾ or click⁽³⁾. Unsubscribe⁽⁴⁾",
        "",
        "[Sale] [Gone]",
        "",
        "Links 4",
        " ⁽¹⁾ https://shop.example.com/track?id=10042",
        " ⁽²⁾ mailto:help@shop.example.com",
        " ⁽³⁾ javascript:alert(1) is no web or mail address",
        " ⁽⁴⁾ https://shop.example.com/u",
        "",
        "Images 3",
        "  cid:logo@acme.example [Acme Shop] part 1.2, image/png",
        "  https://cdn.example.com/banner.png [Sale]",
        "  cid:gone@acme.example [Gone] no part has this Content-ID",
        "",
        "Trackers 1",
        "  https://t.example.com/open.gif?id=1",
        "",
        "Hidden text 1",
        "  Your parcel is on its way",
    ]


def test_links_lead_where_they_say_and_only_safe_ones_do() -> None:
    document = HtmlDocument(
        Hypertext('<a href="https://a.example/x">one</a> <a href="javascript:x">two</a>'), 77
    )

    roles = dict(document.line(0))
    assert roles["one"] == "link https://a.example/x"
    assert roles["two"] == "link"


def test_nothing_to_tell_of_makes_no_banner() -> None:
    assert banner(Hypertext("<p>x</p>")) == ""
    assert shown("<p>x</p>") == ["x"]
    assert shown("") == ["The HTML shows no text."]


def test_a_plural_has_an_s() -> None:
    images = "".join(f'<img src="https://x.example/{n}.png" width=50>' for n in range(3))

    assert banner(Hypertext(images)) == "3 remote images not loaded"


def test_at_another_width_the_same_words_are_at_the_top() -> None:
    html = Hypertext("".join(f"<p>{f'word{n} ' * 30}</p>" for n in range(40)))
    wide, narrow = HtmlDocument(html, 100), HtmlDocument(html, 30)
    line = next(n for n in range(len(wide)) if "word25" in plain(wide.line(n)))

    there = same_place(line, wide, narrow)

    assert plain(narrow.line(there)).startswith("word25")
    assert plain(narrow.line(there - 1)) == ""
    assert same_place(there, narrow, wide) == line
