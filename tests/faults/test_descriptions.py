import pytest

from mailtrap.faults.descriptions import described
from mailtrap.faults.replies import wire_replies
from mailtrap.faults.rules import Rule


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        (
            Rule(
                "RCPT",
                wire_replies("RCPT", "451 4.7.1 try later", None),
                to="*@slow.test",
                delay=2,
            ),
            "RCPT to *@slow.test: 451 4.7.1 try later, then as usual, 2 s late",
        ),
        (Rule("RCPT", to="*"), "RCPT: as usual"),
        (
            Rule("MESSAGE", from_="<>", peer="::1", header="X: *y*", delay=0.5),
            "MESSAGE from <> by peer ::1 with header X: *y*: as usual, 0.5 s late",
        ),
        (
            Rule("AUTH", (b"535 no\r\n",), user="ann", nth=2, per="session"),
            "AUTH as user ann: 535 no (only number 2 per session)",
        ),
        (
            Rule("QUIT", after=1, times=1, per="peer"),
            "QUIT: as usual (after the first 1 per peer, at most once per peer)",
        ),
        (
            Rule("QUIT", times=2, probability=0.25, seed=7),
            "QUIT: as usual (at most 2 times, 0.25 of the time, seed 7)",
        ),
        (
            Rule("RCPT", (b"1\r\n", None), per="triplet"),
            "RCPT: 1, then as usual (counted per triplet)",
        ),
        (Rule("EHLO", (b"250-a\r\n250 b\r\n",)), "EHLO: 250-a / 250 b"),
        (Rule("NOOP", (b"\xff\x1b[2J\n", b"")), "NOOP: \\xff␛[2J␊, then nothing"),
        (Rule("NOOP", (b"x" * 300,)), f"NOOP: {'x' * 119}…"),
        (Rule("CONNECT", stall=30), "CONNECT: silence for 30 s, then the connection is closed"),
        (Rule("CONNECT", stall=0, reset=True), "CONNECT: no reply, then the connection is reset"),
        (Rule("CONNECT", close=True), "CONNECT: as usual, then the connection is closed"),
        (
            Rule("DATA", after_bytes=10),
            "DATA: as usual until 10 octets of mail data, then the connection is closed",
        ),
        (
            Rule("HELP", drip=0.1, split=True),
            "HELP: as usual, an octet every 0.1 s, each octet in a segment of its own",
        ),
        (Rule("STARTTLS", tls="expired"), "STARTTLS: the certificate has expired"),
        (Rule("RCPT", to="\x1b]0;x"), "RCPT to ␛]0;x: as usual"),
    ],
)
def test_a_rule_is_told_in_one_line(rule: Rule, line: str) -> None:
    assert described(rule) == line
