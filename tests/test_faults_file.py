import queue
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailtrap.errors import FaultsError, UsageError
from mailtrap.faults.policy import Occasion, Policy
from mailtrap.faults.rules import Rule
from mailtrap.faults_file import FaultsFile
from tests.support import WAIT

QUIT = '[[rule]]\non = "QUIT"\n'
ONCE = '[[rule]]\non = "RCPT"\ntimes = 1\n'


@contextmanager
def followed(path: Path, policy: Policy) -> Iterator["queue.Queue[str]"]:
    """What is told about the file while it is followed."""
    told: queue.Queue[str] = queue.Queue()
    file = FaultsFile(path, policy)
    file.start(lambda sentence, _error: told.put(sentence))
    try:
        yield told
    finally:
        file.stop()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "rules.toml"
    path.write_text(QUIT)
    return path


def test_the_rules_are_in_force_at_once_and_after_each_change(path: Path) -> None:
    policy = Policy()
    with followed(path, policy) as told:
        assert list(policy.rules) == [Rule("QUIT")]

        path.write_text(QUIT + ONCE)

        assert told.get(timeout=WAIT) == f"{path} has changed: 2 rules are in force"
        assert list(policy.rules) == [Rule("QUIT"), Rule("RCPT", times=1)]


def test_a_broken_file_is_told_and_the_rules_from_before_stay(path: Path) -> None:
    policy = Policy()
    with followed(path, policy) as told:
        path.write_text('[[rule]]\non = "RCTP"\n')

        assert told.get(timeout=WAIT) == (
            f"{path}, line 2: on = 'RCTP' is no verb for faults; did you mean RCPT?; "
            "the rules from before stay in force"
        )
        assert list(policy.rules) == [Rule("QUIT")]

        path.write_text(ONCE)

        assert told.get(timeout=WAIT) == f"{path} has changed: 1 rule is in force"
        assert list(policy.rules) == [Rule("RCPT", times=1)]


def test_a_rule_that_stays_goes_on_counting(path: Path) -> None:
    path.write_text(ONCE)
    policy = Policy()
    with followed(path, policy) as told:
        assert policy.decide(Occasion("RCPT"))

        path.write_text(QUIT + ONCE)

        told.get(timeout=WAIT)
        assert policy.decide(Occasion("RCPT")) is None


def test_a_byte_order_mark_is_no_mistake(path: Path) -> None:
    path.write_text(QUIT, "utf-8-sig")
    policy = Policy()

    FaultsFile(path, policy)

    assert list(policy.rules) == [Rule("QUIT")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'[[rule]]\non = "x"\n', "rules.toml, line 2: on = 'X' is no verb"),
        (b'[[rule]]\non = "QUIT" # \xff\n', "rules.toml, line 2: is not UTF-8, as TOML must be"),
    ],
)
def test_a_file_that_is_broken_at_the_start_is_an_error(
    path: Path, content: bytes, sentence: str
) -> None:
    path.write_bytes(content)

    with pytest.raises(FaultsError, match=sentence):
        FaultsFile(path, Policy())


@pytest.mark.parametrize("name", ["missing.toml", ".", "nul\0l"])
def test_a_file_that_cannot_be_read_at_the_start_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"cannot read the faults file '.*': .+"):
        FaultsFile(tmp_path / name, Policy())
