from typing import Any

import pytest

from mailtrap.errors import FaultsError, UsageError
from mailtrap.faults.rules import Rule


@pytest.mark.parametrize(
    ("given", "key", "sentence"),
    [
        ({"verb": "RCTP"}, "on", "on = 'RCTP' is no verb for faults; did you mean RCPT?"),
        ({"verb": ""}, "on", "on = '' is no verb for faults; there are CONNECT, HELO, .* and HELP"),
        ({"verb": "MAIL", "to": "b*"}, "to", "to = 'b\\*' cannot be used at MAIL, only at RCPT,"),
        ({"verb": "EHLO", "from_": "b*"}, "from", "from = .* only at MAIL, RCPT, DATA and MESSAGE"),
        (
            {"verb": "RCPT", "user": "ann"},
            "user",
            "user = 'ann' cannot be used at RCPT, only at AUTH",
        ),
        ({"verb": "RCPT", "header": "X: y"}, "header", "only at MESSAGE: mail data has only come"),
        ({"verb": "MESSAGE", "header": "Subject"}, "header", 'no field; write "Name: glob"'),
        ({"verb": "MESSAGE", "header": ": x"}, "header", 'no field; write "Name: glob"'),
        ({"verb": "RCPT", "per": "sesion"}, "per", "no way to count; did you mean session?"),
        ({"verb": "MAIL", "per": "triplet"}, "per", "per = 'triplet' cannot be used at MAIL"),
        ({"verb": "RCPT", "nth": 0}, "nth", "nth = 0 is too small; the least is 1"),
        ({"verb": "RCPT", "after": -1}, "after", "after = -1 is too small; the least is 0"),
        ({"verb": "RCPT", "times": 0}, "times", "times = 0 is too small; the least is 1"),
        ({"verb": "RCPT", "probability": 30}, "probability", "probability = 30 is not from 0 to 1"),
        ({"verb": "RCPT", "probability": float("nan")}, "probability", "nan is not from 0 to 1"),
        ({"verb": "RCPT", "delay": -1}, "delay", "delay = -1 is not a time from 0 to 86400 s"),
        ({"verb": "RCPT", "drip": float("inf")}, "drip", "drip = inf is not a time"),
        ({"verb": "RCPT", "stall": 10**400}, "stall", "is not a time"),
        ({"verb": "RCPT", "tls": "expired"}, "tls", "cannot be used at RCPT, only at STARTTLS"),
        ({"verb": "STARTTLS", "tls": "expird"}, "tls", "is no failure; did you mean expired?"),
        ({"verb": "RCPT", "after_bytes": 3}, "after_bytes", "cannot be used at RCPT, only at DATA"),
        ({"verb": "DATA", "after_bytes": -3}, "after_bytes", "after_bytes = -3 is too small"),
        (
            {"verb": "DATA", "replies": (b"x",), "stall": 1},
            "stall",
            "no room for a reply; drop one",
        ),
        ({"verb": "DATA", "stall": 1, "after_bytes": 1}, "stall", "and after_bytes exclude each"),
    ],
)
def test_a_rule_that_cannot_be_says_which_value_and_what_may_help(
    given: dict[str, Any], key: str, sentence: str
) -> None:
    with pytest.raises(FaultsError, match=sentence) as raised:
        Rule(**given)

    assert raised.value.key == key
    assert isinstance(raised.value, UsageError)


def test_a_verb_is_known_in_any_case_and_by_its_other_names() -> None:
    assert Rule("rcpt") == Rule("RCPT")
    assert Rule("Lhlo") == Rule("EHLO")
