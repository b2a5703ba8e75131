import pytest

from mailtrap.sending.replies import Reply
from mailtrap.sendmail.exit_codes import exit_code


@pytest.mark.parametrize(
    ("reply", "is_recipient", "code"),
    [
        (b"550 5.1.1 no such user\r\n", True, 67),
        (b"553 bad\r\n", True, 67),
        (b"552 5.2.2 full\r\n", True, 69),
        (b"554 5.6.0 no\r\n", False, 69),
        (b"550 no\r\n", False, 69),
        (b"550 5.7.1 not allowed\r\n", True, 77),
        (b"530 5.7.0 authenticate\r\n", False, 77),
        (b"535 5.7.8 wrong\r\n", False, 77),
        (b"451 4.7.1 later\r\n", True, 75),
        (b"421 busy\r\n", False, 75),
    ],
)
def test_a_reply_has_the_exit_code_of_sysexits(
    reply: bytes,
    is_recipient: bool,  # noqa: FBT001 a parameter of the test
    code: int,
) -> None:
    assert exit_code([(Reply(reply), is_recipient)]) == code


def test_of_several_the_lasting_one_is_told() -> None:
    later, never = (Reply(b"451 4.7.1 later\r\n"), True), (Reply(b"550 5.1.1 no\r\n"), True)

    assert exit_code([later, never]) == 67
    assert exit_code([]) == 0
