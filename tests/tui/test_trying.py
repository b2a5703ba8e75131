"""A test message, faults while the server runs, marks."""

import pytest

from mailtrap.faults.policy import Policy
from mailtrap.faults.presets import PRESETS
from mailtrap.live_faults import LiveFaults
from mailtrap.tui.endpoints import Endpoints
from mailtrap.tui.sample import SampleError, send_sample
from mailtrap.tui.trying import _KEYS
from tests.support import running
from tests.tui.pilots import PLAIN, Stage, play
from tests.tui.senders import Sender, a_trap, bring, titled


def test_a_test_message_comes_by_smtp_with_a_link_and_a_code() -> None:
    with running() as server:

        async def scene(stage: Stage) -> None:
            assert "T sends a test message" in stage.text()
            await stage.press("T")
            await stage.until(lambda: "A test message: your code is" in stage.text())
            await stage.settled()
            [row] = stage.app.listing.rows
            found = stage.app.diagnoses.of(row)
            assert found is not None
            assert (found.wrong, row.marks) == (0, "")

        endpoints = Endpoints([("127.0.0.1", server.port)])
        play(server.trap, scene, endpoints=endpoints, size=(80, 24))
        message = server.message()

    assert message.envelope.forward_paths == ("you@example.org",)
    assert b"multipart/alternative" in message.data


@pytest.mark.parametrize("smtps", [False, True])
def test_a_test_message_comes_over_tls_where_that_is_how(
    smtps: bool,  # noqa: FBT001 - pytest passes it by name
) -> None:
    with running(starttls=True, require_tls=True, smtps=smtps) as server:
        ca = server.certificates.ca
        if smtps:
            endpoints = Endpoints(smtps=[("127.0.0.1", server.smtps_port)], ca=ca)
        else:
            endpoints = Endpoints([("127.0.0.1", server.port)], ca=ca, starttls=True)
        send_sample(endpoints)

        server.message()
        session = server.session()

    assert session.tls is not None


def test_a_test_message_that_is_refused_says_so() -> None:
    policy = Policy(PRESETS["unknown_user"]())
    with running(policy=policy) as server:
        with pytest.raises(SampleError, match=r"was refused: 550 5\.1\.1 no such user here"):
            send_sample(Endpoints([("127.0.0.1", server.port)]))
        policy.replace(PRESETS["rate_limit"](0))
        with pytest.raises(SampleError, match=r"was refused: 421 4\.7\.0 too many"):
            send_sample(Endpoints([("127.0.0.1", server.port)]))
    with pytest.raises(SampleError, match="could not be sent"):
        send_sample(Endpoints([("127.0.0.1", server.port)]))


def test_without_a_listener_nothing_can_be_sent_or_fail() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("T")
        assert "nobody takes mail in this process" in stage.text()
        await stage.press("X")
        assert "so nothing can go wrong with it" in stage.text()

    play(a_trap(), scene, endpoints=Endpoints())


def test_every_preset_has_a_key() -> None:
    assert _KEYS.keys() == PRESETS.keys()
    assert len(set(_KEYS.values())) == len(_KEYS)


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
def test_a_preset_is_switched_on_and_off_and_the_status_says_so(size: tuple[int, int]) -> None:
    policy = Policy()
    trap = a_trap()
    bring(trap, titled("before"))

    async def scene(stage: Stage) -> None:
        await stage.press("X")
        assert " u    unknown user  RCPT: 550 5.1.1 no such user here" in stage.text()
        assert " s    slow          MAIL, RCPT, DATA, MESSAGE: as usual, 1 s late" in stage.text()
        await stage.press("u")
        assert "failing on purpose: unknown_user" in stage.text()
        client = Sender(trap, policy=policy).send(b"EHLO app\r\nMAIL FROM:<a@example.org>\r\n")
        client.send(b"RCPT TO:<b@example.org>\r\nQUIT\r\n")
        await stage.settled()
        assert "550 5.1.1 no such user here (rule unknown_user)" in stage.text()
        await stage.press("X")
        assert " u  ● unknown user" in stage.text()
        await stage.burst("s", "X", "0")
        stage.app.clear_notifications()
        await stage.settled()
        assert "failing" not in stage.text()

    play(trap, scene, size=size, faults=LiveFaults(policy))
    assert policy.rules == ()


# Marks


def test_rows_are_marked_and_only_they_are_shown() -> None:
    trap = a_trap()
    for subject in ("one", "two", "three"):
        bring(trap, titled(subject))

    async def scene(stage: Stage) -> None:
        await stage.press("M")
        assert "no row is marked; m marks one" in stage.text()
        await stage.press("m")
        assert stage.list.current is not None
        assert stage.list.current.subject == "two"
        assert "●*" in stage.text() or " *" in stage.text()
        await stage.burst("j", "m", "M")
        assert "only 2 marked" in stage.text()
        assert "two" not in stage.text().split("─")[0]
        assert stage.list.newer == 0
        bring(trap, titled("four"))
        await stage.settled()
        assert "four" not in stage.text().split("─")[0]
        await stage.press("M")
        assert "four" in stage.text()
        assert "   2 marked" in stage.text()

    play(trap, scene, size=(80, 24))


def test_when_no_marked_row_is_left_all_are_shown() -> None:
    trap = a_trap()
    for subject in ("one", "two"):
        bring(trap, titled(subject))

    async def scene(stage: Stage) -> None:
        await stage.burst("m", "M")
        assert stage.list.row_at(1) is None
        await stage.press("d", "d")
        assert stage.list.current is not None
        assert stage.list.current.subject == "one"
        assert "only 1 marked" not in stage.text()

    play(trap, scene, size=(80, 24))


def test_the_next_unread_message_is_one_that_is_shown() -> None:
    trap = a_trap()
    for subject in ("one", "two", "three"):
        bring(trap, titled(subject))

    async def scene(stage: Stage) -> None:
        await stage.burst("m", "j", "m", "u", "g", "M", "U")
        assert stage.list.current is not None
        assert stage.list.current.subject == "one"

    play(trap, scene, endpoints=PLAIN, size=(80, 24))
