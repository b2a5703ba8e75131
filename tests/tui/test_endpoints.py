"""Endpoints: where mail can be sent to and whom to trust is on the screen, and stays reachable."""

from dataclasses import replace
from pathlib import Path

import pytest

from mailtrap.tui.endpoints import Endpoints
from tests.tui.pilots import PLAIN, SECURE, Stage, play
from tests.tui.senders import a_trap, bring

CA = str(SECURE.ca)


def screen(endpoints: Endpoints, *keys: str, size: tuple[int, int] = (80, 24)) -> str:
    text = ""

    async def scene(stage: Stage) -> None:
        nonlocal text
        await stage.press(*keys)
        text = stage.text()

    play(a_trap(), scene, size=size, endpoints=endpoints)
    return text


def test_before_the_first_row_the_screen_says_whom_to_trust_and_how() -> None:
    text = screen(SECURE)

    assert "Waiting for mail on smtp://127.0.0.1:1025, smtps://127.0.0.1:1465" in text
    assert "STARTTLS is offered" in text
    assert f" {CA}\n" in text
    assert f"SSL_CERT_FILE={CA}" in text
    assert f'ssl.create_default_context(cafile="{CA}")' in text
    assert "no TLS" not in text


@pytest.mark.parametrize("size", [(80, 24), (60, 16)])
def test_a_long_path_is_wrapped_not_cut(size: tuple[int, int]) -> None:
    path = Path("/var/folders/q1/" + "x" * 60 + "/T/mailtrap-x1y2z3w4/ca.pem")

    lines = [line.strip() for line in screen(replace(SECURE, ca=path), size=size).splitlines()]

    assert str(path) in "".join(line.rstrip("▁▂▃▄▅▆▇█ ") for line in lines)


def test_a_path_cannot_tell_the_terminal_what_to_do() -> None:
    endpoints = replace(SECURE, ca=Path("/tmp/\x1b]2;T\x07/ca.pem"))

    for keys in ((), ("question_mark",)):
        text = screen(endpoints, *keys, size=(160, 40))
        assert "\x1b" not in text
        assert "/tmp/␛]2;T␇/ca.pem" in text


@pytest.mark.parametrize(
    ("endpoints", "said"),
    [
        (PLAIN, "password; no TLS"),
        (replace(PLAIN, starttls=True), "password; STARTTLS is offered"),
        (replace(PLAIN, smtps=[("127.0.0.1", 1465)]), "password; TLS at smtps"),
    ],
)
def test_without_a_ca_of_ours_there_is_nobody_to_trust(endpoints: Endpoints, said: str) -> None:
    text = screen(endpoints)

    assert said in text
    assert "trust" not in text


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
def test_once_mail_is_there_help_still_says_whom_to_trust(size: tuple[int, int]) -> None:
    trap = a_trap()
    bring(trap)

    async def scene(stage: Stage) -> None:
        assert "Waiting for mail" not in stage.text()
        await stage.press("question_mark")
        assert "127.0.0.1:1465" in stage.text()
        assert f"SSL_CERT_FILE={CA}" in stage.text()

    play(trap, scene, size=size, endpoints=SECURE)


def test_help_says_nothing_of_places_where_there_is_no_tls() -> None:
    assert "Where to send mail" not in screen(PLAIN, "question_mark")


@pytest.mark.usefixtures("desktop")
def test_what_is_selected_in_help_can_be_copied() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("question_mark")
        row = next(n for n, line in enumerate(stage.text().splitlines()) if "SSL_CERT" in line)
        column = stage.text().splitlines()[row].index("SSL_CERT")
        await stage.pilot.mouse_down(offset=(column, row))
        await stage.pilot.hover(offset=(column + 13, row))
        await stage.pilot.mouse_up(offset=(column + 13, row))
        await stage.press("ctrl+c")
        await stage.until(lambda: stage.app.clipboard == "SSL_CERT_FILE=")
        assert "Where to send mail" in stage.text()

    play(a_trap(), scene, endpoints=SECURE)


def test_without_a_selection_ctrl_c_closes_help() -> None:
    assert "Where to send mail" not in screen(SECURE, "question_mark", "ctrl+c")
