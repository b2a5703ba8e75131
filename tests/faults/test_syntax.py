import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.errors import FaultsError
from mailtrap.faults.presets import greylist, mailbox_full, rate_limit, tls_failure
from mailtrap.faults.rules import Rule
from mailtrap.faults.syntax import numbered_rules, read_rules

EVERYTHING = """\
[[rule]]
name = "everything"
on = "rcpt"
to = "*@slow.test"
from = "ann@*"
peer = "127.*"
reply = ["451 4.7.1 try later", 550, "normal"]
nth = 3
after = 1
times = 2
per = "session"
probability = 0.5
seed = 7
delay = 2.5
drip = 1
split = true
close = true
reset = true
optional = true

[[rule]]
on = "AUTH"
user = "ann"
reply = "535"

[[rule]]
on = "MESSAGE"
header = "Subject: *sale*"
raw = "99 \\u00ff\\n"

[[rule]]
on = "MESSAGE"
raw = ["", "250"]

[[rule]]
on = "CONNECT"
stall = 30

[[rule]]
on = "DATA"
after_bytes = 100

[[rule]]
on = "STARTTLS"
tls = "expired"
"""


def test_everything_a_rule_can_be_can_be_written() -> None:
    assert read_rules(EVERYTHING) == (
        Rule(
            "RCPT",
            (b"451 4.7.1 try later\r\n", b"550 5.1.1 no such user here\r\n", None),
            name="everything",
            to="*@slow.test",
            from_="ann@*",
            peer="127.*",
            nth=3,
            after=1,
            times=2,
            per="session",
            probability=0.5,
            seed=7,
            delay=2.5,
            drip=1,
            split=True,
            close=True,
            reset=True,
            optional=True,
        ),
        Rule("AUTH", (b"535 5.7.8 authentication credentials invalid\r\n",), user="ann"),
        Rule("MESSAGE", (b"99 \xff\n",), header="Subject: *sale*"),
        Rule("MESSAGE", (b"", b"250")),
        Rule("CONNECT", stall=30),
        Rule("DATA", after_bytes=100),
        Rule("STARTTLS", tls="expired"),
    )


def test_presets_take_their_parameters_and_whatever_a_rule_takes() -> None:
    text = """
        [[rule]]
        preset = "greylist"
        to = "*@example.org"
        [[rule]]
        preset = "mailbox_full"
        to = "bob*"
        permanent = true
        [[rule]]
        preset = "rate_limit"
        messages = 3
        [[rule]]
        preset = "tls_failure"
        kind = "expired"
        [[rule]]
        preset = "slow"
        delay = 2
        from = "ann*"
        name = "slow for Ann"
    """

    assert read_rules(text) == (
        *greylist("*@example.org"),
        *mailbox_full("bob*", permanent=True),
        *rate_limit(3),
        *tls_failure("expired"),
        *(
            Rule(verb, delay=2, from_="ann*", name="slow for Ann")
            for verb in ("MAIL", "RCPT", "DATA", "MESSAGE")
        ),
    )


def test_a_file_may_be_empty() -> None:
    assert read_rules("") == read_rules("# nothing yet\n") == ()


RCPT = '[[rule]]\non = "RCPT"\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[rule]]\n\nfoo\n", "line 3: no TOML: Expected '=' after a key in a key/value pair"),
        ('x = """\n\n', "line 3: no TOML: "),
        (f"[[rule]]\ndelay = {'1' * 5000}", "line 2: no TOML: "),
        (f"x = {'[' * 10_000}", "line 1: no TOML: "),
        (f"{RCPT}\n[[rules]]\n", "line 4: 'rules' is not known; each rule begins with [[rule]]"),
        ('\n[rule]\non = "RCPT"', "line 2: rule is no list of tables; begin each rule with [["),
        ("rule = 3", "line 1: rule is no list of tables"),
        (f'{RCPT}[[rule]]\nto = "x"', 'line 3: on is missing; say at which verb, such as on = "R'),
        (
            '[[rule]]\n\non = "RCTP"',
            "line 3: on = 'RCTP' is no verb for faults; did you mean RCPT?",
        ),
        ('[[rule]]\non = "RCTP"\nreply = "250"', "line 2: on = 'RCTP' is no verb for faults; did"),
        ("[[rule]]\non = 3", "line 2: on = 3 must be text in quotes"),
        (f'{RCPT}rply = "550"', "line 3: 'rply' is no key of a rule; did you mean reply?"),
        (f'{RCPT}reply = "99"', "line 3: reply '99' has no reply code from 200 to 599; use raw"),
        (f"{RCPT}# a\n\nreply = [1.5]", "line 5: reply = 1.5 must be text in quotes, or a list"),
        (f"{RCPT}reply = true", "line 3: reply = true must be text in quotes, or a list"),
        (f"{RCPT}raw = 550", "line 3: raw = 550 must be text in quotes, or a list"),
        (f'{RCPT}raw = "€"', "line 3: raw has '€', which is no octet; write octets as \\u0000 to"),
        (f'{RCPT}reply = "550"\nraw = "x"', "line 4: reply and raw exclude each other; drop one"),
        (f'{RCPT}delay = "2"', "line 3: delay = '2' must be a number"),
        (f"{RCPT}delay = true", "line 3: delay = true must be a number"),
        (f"{RCPT}delay = -1", "line 3: delay = -1 is not a time from 0 to 86400 seconds"),
        (f"{RCPT}nth = 1.5", "line 3: nth = 1.5 must be a whole number"),
        (f"{RCPT}close = 1", "line 3: close = 1 must be true or false"),
        (f"{RCPT}from = {{a = 1}}", "line 3: from = {'a': 1} must be text in quotes"),
        (f"{RCPT}[rule.to]\na = 1", "line 3: to = {'a': 1} must be text in quotes"),
        ('[[rule]]\non="MAIL"\nto="b*"', "line 3: to = 'b*' cannot be used at MAIL, only at RCPT"),
        (
            '[[rule]]\npreset = "graylist"',
            "line 2: preset = 'graylist' is not known; did you mean g",
        ),
        ("[[rule]]\npreset = 3", "line 2: preset = 3 must be text in quotes"),
        ('[[rule]]\npreset = "greylist"\nreply = "x"', "line 3: reply and preset exclude each oth"),
        ('[[rule]]\npreset = "rate_limit"\nmessages = "x"', "line 3: messages = 'x' must be a wh"),
        ('[[rule]]\npreset = "reject_auth"\nto = "x"', "line 3: to = 'x' cannot be used at AUTH"),
        ('[[rule]]\npreset = "slow"\npermanent = true', "line 3: 'permanent' is no key of a rule"),
        ('rule = [{on = "RCPT"}, {on = "x"}]', "rule 2: on = 'X' is no verb for faults"),
        ('[[rule]]\n"on" = "x"', "line 1: on = 'X' is no verb for faults"),
    ],
)
def test_what_is_wrong_is_named_with_line_and_key(text: str, sentence: str) -> None:
    with pytest.raises(FaultsError, match=re.escape(sentence)):
        read_rules(text)


def test_a_line_is_found_though_strings_and_comments_look_like_rules() -> None:
    text = """\
# [[rule]]
[[rule]]
on = "RCPT" # to = 1
name = '''
[[rule]]
delay = "x"
'''
to = "[[rule]] # no"
peer = '"'
[[ rule ]] # [[rule]]
name = \"\"\"
delay = 1 \\\"\"\"
[[rule]]
\"\"\""
on = "RCPT"
  delay = -1
"""

    with pytest.raises(FaultsError, match=r"^line 16: delay = -1 is not a time"):
        read_rules(text)


def test_each_rule_has_the_line_of_its_table() -> None:
    text = '\n[[rule]]\non = "QUIT"\n\n[[rule]]\npreset = "slow"\n'

    assert [line for line, _ in numbered_rules(text)] == [2, 5, 5, 5, 5]


@given(st.text() | st.text().map(lambda text: f"[[rule]]\n{text}"))
def test_any_text_gives_rules_or_an_error(text: str) -> None:
    with suppress(FaultsError):
        assert all(isinstance(rule, Rule) for rule in read_rules(text))


def test_the_example_in_the_readme_is_right() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    [example] = re.findall(r"```toml\n(\[\[rule.*?)```", readme, re.DOTALL)

    assert [rule.verb for rule in read_rules(example)] == ["RCPT", "MESSAGE", "DATA", "RCPT"]
