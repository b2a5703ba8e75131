import re

import pytest

from mailtrap.testing.html import Html

PAGE = """
<style>p { color: red }</style>
<div class="card wide"><p>Hello <b>Bob</b></p>
<a class="button" href="https://example.org/confirm" data-id="7">Confirm
  your address</a> <a href="https://example.org/help">Help</a></div>
"""


def test_an_element_is_found_by_name_text_class_and_attribute() -> None:
    html = Html(PAGE)

    link = html.find("a", text="Confirm")

    assert link["href"] == "https://example.org/confirm"
    assert link.text == "Confirm your address"
    assert html.find(class_="wide").name == "div"
    assert html.find("a", data_id="7").text == link.text
    assert html.find("a", text=re.compile("^Help$")).get("href").endswith("help")
    assert html.find("div").find_all("a")[1].text == "Help"


def test_a_pattern_is_searched_in_an_attribute_and_in_each_class() -> None:
    html = Html(PAGE)

    assert html.find("a", href=re.compile("/h[ae]lp$")).text == "Help"
    assert html.find(class_=re.compile("^wi")).name == "div"
    with pytest.raises(AssertionError, match=r"no element is <a href=/t=/>; there are:"):
        html.find("a", href=re.compile("t="))


def test_an_attribute_that_is_not_there_is_told_with_what_is() -> None:
    with pytest.raises(KeyError) as raised:
        _ = Html(PAGE).find("a", text="Help")["hrfe"]

    assert raised.value.args == ("there is no 'hrfe' in <a href=\"https://example.org/help\">Help",)


def test_it_is_a_text_as_well() -> None:
    html = Html(PAGE)

    assert "<b>Bob</b>" in html
    assert html == PAGE
    assert html.text.startswith("Hello Bob")
    assert "color" not in html.text


def test_what_is_not_there_lists_what_is() -> None:
    with pytest.raises(AssertionError) as raised:
        Html(PAGE).find("a", text="Reset")

    assert str(raised.value) == (
        "no element is <a> with the text 'Reset'; there are:\n"
        '  <a class="button" href="https://example.org/confirm" data-id="7">Confirm your address\n'
        '  <a href="https://example.org/help">Help'
    )


def test_more_than_one_is_told() -> None:
    with pytest.raises(AssertionError, match="2 elements are <a>; there are:"):
        Html(PAGE).find("a")


def test_no_html_is_told() -> None:
    with pytest.raises(AssertionError, match="no <a>: the message has no HTML"):
        Html("").find("a")
