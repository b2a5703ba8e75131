"""What can be copied, as it is copied."""

import json

import pytest

from mailtrap.trap import Trap
from mailtrap.tui.copying import PREVIEW, Copying, preview
from mailtrap.tui.item import Item, item_of
from mailtrap.tui.listing import Listing
from mailtrap.tui.repro import DEFAULT
from mailtrap.tui.rows import whole_session_row
from tests.tui.letters import bring_letter, greet, post
from tests.tui.senders import Sender, a_trap, bring

LETTER = (
    b"From: =?utf-8?q?J=C3=BCrgen?= <j@example.org>\r\n"
    b"Subject: Your code is\x1b[31m 482913\r\n"
    b"X-Folded: a\r\n b\r\n\r\n"
    b"Use 482913, or https://example.org/a?b=1 and https://example.org/c.\r\n"
    b"Bell\x07 https://example.org/a?b=1\r\n"
)


def item(trap: Trap) -> Item:
    listing = Listing(trap)
    listing.load()
    found = item_of(trap, listing.rows[-1])
    assert found
    return found


def copied(key: str, data: bytes = LETTER) -> list[str]:
    trap = a_trap()
    bring(trap, data)
    choices = {each.key: each for each in Copying(item(trap), DEFAULT).choices}
    return [octets.decode() for octets in choices[key].find()]


def test_what_is_made_to_be_read_is_safe_to_paste() -> None:
    assert copied("s") == ["Your code is␛[31m 482913"]
    assert copied("f") == ["Jürgen <j@example.org>"]
    assert copied("c") == ["482913"]
    assert copied("l") == ["https://example.org/a?b=1", "https://example.org/c"]
    assert copied("y")[0].endswith("Bell␇ https://example.org/a?b=1\n")
    assert copied("h")[0].splitlines() == [
        "From: =?utf-8?q?J=C3=BCrgen?= <j@example.org>",
        "Subject: Your code is␛[31m 482913",
        "X-Folded: a",
        " b",
    ]


def test_the_raw_source_is_every_octet() -> None:
    assert copied("r") == [LETTER.decode()]


def test_the_text_of_html_is_what_one_sees_of_it() -> None:
    html = b"Content-Type: text/html\r\n\r\n<p>Hello <b>you</b><script>x</script>\r\n"

    assert copied("y", html)[0].strip() == "Hello you"


def test_json_is_what_programs_get_elsewhere() -> None:
    keys = json.loads(copied("j")[0])

    assert keys["reverse_path"] == "ann@example.org"
    assert keys["forward_paths"] == ["bob@example.org"]
    assert keys["size"] == len(LETTER)


@pytest.mark.parametrize("key", "yslchj")
def test_what_is_not_there_is_not_copied(key: str) -> None:
    if key == "j":
        trap = a_trap()
        Sender(trap).send(b"EHLO app\r\n").leave()
        choices = {each.key: each for each in Copying(item(trap), DEFAULT).choices}
        assert choices["j"].find() == []
        assert choices["k"].find() == []
        assert b"C: EHLO app" in choices["t"].find()[0]
    else:
        assert copied(key, b"\r\n\r\n") == []


@pytest.mark.parametrize("show_secrets", [False, True])
def test_passwords_are_masked_in_the_transcript_as_on_the_screen(
    show_secrets: bool,  # noqa: FBT001 - pytest passes it by name
) -> None:
    trap = a_trap()
    Sender(trap).send(b"AUTH PLAIN AGFkYQBodW50ZXIy\r\n").leave()
    copying = Copying(item(trap), DEFAULT, show_secrets=show_secrets)

    [transcript] = next(each for each in copying.choices if each.key == "t").find()

    assert (b"hunter2" in transcript) is show_secrets
    assert (b"AGFkYQBodW50ZXIy" in transcript) is show_secrets


def test_previews_are_how_each_begins() -> None:
    trap = a_trap()
    bring(trap, LETTER)

    previews = Copying(item(trap), DEFAULT).previews()

    assert previews["s"] == "Your code is␛[31m 482913"
    assert previews["l"] == "https://example.org/a?b=1  (1 of 2)"
    assert previews["k"] == "swaks --server 127.0.0.1:1025 --from an…"
    assert len(previews["r"]) == PREVIEW


def test_a_preview_takes_no_more_cells_than_there_are() -> None:
    assert preview([("日" * 50).encode()]) == "日" * 19 + "…"
    assert preview([b""]) == ""
    assert preview([]) == "—"


def test_mail_that_was_refused_can_be_sent_again() -> None:
    trap = a_trap()
    client = Sender(trap).send(b"EHLO app\r\nMAIL FROM:<ann@example.org>\r\n")
    client.send(b"RCPT TO:<550@fault.test>\r\n").send(b"QUIT\r\n")

    found = item(trap)

    assert found.data == b""
    assert found.envelope.forward_paths == ("550@fault.test",)
    choices = {each.key: each for each in Copying(found, DEFAULT).choices}
    assert b"--mail-rcpt 550@fault.test" in choices["u"].find()[0]
    assert choices["r"].find() == []


@pytest.mark.parametrize("key", "kup")
def test_no_command_is_made_of_a_session_that_brought_mail(key: str) -> None:
    trap = a_trap()
    session = bring_letter(trap).session
    whole = item_of(trap, whole_session_row(session))
    assert whole

    [command] = [each for each in Copying(whole, DEFAULT).choices if each.key == key]

    assert command.find() == []
    assert command.missing == "see its messages in Mail"
    assert Copying(whole, DEFAULT).previews()[key] == "—"


def test_a_command_is_made_of_what_a_session_lost_beside_its_mail() -> None:
    trap = a_trap()
    client = post(greet(trap)).send(b"MAIL FROM:<joe@example.org>\r\n")
    client.send(b"RCPT TO:<ann@example.org>\r\n").leave()

    [command] = [each for each in Copying(item(trap), DEFAULT).choices if each.key == "k"]

    assert b"joe@example.org" in command.find()[0]
