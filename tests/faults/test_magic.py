import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.faults.magic import WORDS, magic_rule, unknown_magic
from mailtrap.faults.replies import wire_replies
from mailtrap.faults.rules import Rule

WHAT = [
    ("550", {"replies": wire_replies("RCPT", "550")}),
    ("451-4.7.1", {"replies": wire_replies("RCPT", "451 4.7.1")}),
    ("421", {"replies": wire_replies("RCPT", "421")}),
    ("251", {"replies": wire_replies("RCPT", "251")}),
    (
        "greylist",
        {
            "replies": (b"451 4.7.1 greylisted, try again later\r\n",),
            "times": 1,
            "per": "triplet",
        },
    ),
    ("full", {"replies": (b"452 4.2.2 mailbox full\r\n",)}),
    ("unknown", {"replies": (b"550 5.1.1 no such user here\r\n",)}),
    ("slow", {"delay": 1.0}),
    ("delay5s", {"delay": 5.0}),
    ("delay500ms", {"delay": 0.5}),
    ("delay1.5s", {"delay": 1.5}),
    ("delay99999s", {"delay": 3600.0}),
    ("stall30s", {"stall": 30.0}),
    ("drop", {"stall": 0}),
    ("reset", {"stall": 0, "reset": True}),
]


@pytest.mark.parametrize(("word", "given"), WHAT)
def test_a_magic_word_is_a_rule_named_after_the_recipient(
    word: str, given: dict[str, object]
) -> None:
    recipient = f"{word}@fault.test"

    assert magic_rule(recipient, "RCPT") == Rule("RCPT", name=recipient, **given)  # type: ignore[arg-type]
    assert magic_rule(recipient.upper(), "RCPT") == magic_rule(recipient, "RCPT")
    assert magic_rule(recipient, "MESSAGE") is None
    assert unknown_magic(recipient) is None


@pytest.mark.parametrize("word", WORDS)
def test_every_word_works_after_the_final_dot_too(word: str) -> None:
    recipient = f"data-{word}@fault.test"
    rule = magic_rule(recipient, "MESSAGE")

    assert rule is not None
    assert (rule.verb, rule.name) == ("MESSAGE", recipient)
    assert magic_rule(recipient, "RCPT") is None


def test_a_code_alone_has_the_text_that_fits_the_place() -> None:
    rule = magic_rule("data-554@fault.test", "MESSAGE")

    assert rule is not None
    assert rule.replies == (b"554 5.6.0 message content refused\r\n",)


@pytest.mark.parametrize(
    ("recipient", "hint"),
    [
        (
            "grelist@fault.test",
            "'grelist@fault.test' is no magic recipient, so it was not refused: ",
        ),
        ("grelist@fault.test", "did you mean greylist?"),
        ("data-drp@fault.test", "did you mean drop?"),
        ("bob@fault.test", "there are 550, 451-4.7.1, greylist, full, "),
        ("354@fault.test", "354 is no reply that fits RCPT"),
        ("data-199@Fault.Test", "199 is no reply that fits MESSAGE"),
        ("@fault.test", "there are 550"),
    ],
)
def test_what_looks_magic_and_is_not_is_an_ordinary_recipient_with_a_hint(
    recipient: str, hint: str
) -> None:
    sentence = unknown_magic(recipient)

    assert sentence is not None
    assert hint in sentence
    assert magic_rule(recipient, "RCPT") is None
    assert magic_rule(recipient, "MESSAGE") is None


@pytest.mark.parametrize(
    "recipient", ["550@example.org", "550@fault.test.example.org", "550@my.fault.test", "550", ""]
)
def test_no_address_of_another_domain_is_magic(recipient: str) -> None:
    assert magic_rule(recipient, "RCPT") is None
    assert unknown_magic(recipient) is None


@given(
    st.text(max_size=80) | st.from_regex(r"(data-)?(delay|stall)?[\d.]{1,70}m?s?", fullmatch=True)
)
def test_any_local_part_is_magic_or_not(local_part: str) -> None:
    recipient = f"{local_part}@fault.test"
    rules = [magic_rule(recipient, verb) for verb in ("RCPT", "MESSAGE")]

    assert rules.count(None) >= 1
    assert unknown_magic(recipient) is None or rules == [None, None]
