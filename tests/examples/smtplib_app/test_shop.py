import smtplib

import pytest
import shop


@pytest.fixture(autouse=True)
def environment(mailtrap, monkeypatch):
    for name, value in mailtrap.settings("env").items():
        monkeypatch.setenv(name, value)


def test_a_forgotten_password(mailtrap):
    shop.forgot_password("bob@example.org")

    mail = mailtrap.wait_for(to="bob@example.org", subject="Reset")
    assert mail.code() == "493021"
    assert mail.link(url="/reset").endswith("t=1")


def test_a_server_that_wants_us_to_try_again(mailtrap):
    mailtrap.greylist("bob@*")

    shop.send_patiently("bob@example.org", "Welcome", "Hello.")

    assert mailtrap.count == 1


def test_a_user_that_is_not_there(mailtrap):
    rule = mailtrap.unknown_user("bob@*")

    with pytest.raises(smtplib.SMTPRecipientsRefused):
        shop.send_patiently("bob@example.org", "Welcome", "Hello.")

    assert rule.hits == 1
    mailtrap.assert_none()
