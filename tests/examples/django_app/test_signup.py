import django
import pytest
from django.conf import settings
from django.core import mail
from django.test import override_settings

settings.configure(DEFAULT_FROM_EMAIL="shop@example.org", USE_I18N=False)
django.setup()


def sign_up(to):
    message = mail.EmailMultiAlternatives(
        "Confirm", "Please confirm.", to=[to], bcc=["log@example.org"]
    )
    message.attach_alternative('<a href="https://shop.example.org/c/1">Confirm</a>', "text/html")
    message.attach("terms.txt", "All of them.", "text/plain")
    message.send()


@pytest.fixture(autouse=True)
def django_mail(mailtrap):
    with override_settings(**mailtrap.settings("django")):
        yield


def test_sign_up(mailtrap):
    sign_up("bob@example.org")

    message = mailtrap.one(to="bob@*", bcc="log@*", attachment="terms.txt")
    assert message.html.find("a", text="Confirm")["href"] == "https://shop.example.org/c/1"
    assert message.text.strip() == "Please confirm."
    mailtrap.assert_clean()


@pytest.mark.mailtrap(auth=("ann", "secret"), require_auth=True)
def test_it_logs_in(mailtrap):
    sign_up("bob@example.org")

    assert mailtrap.one().auth_user == "ann"


def test_the_server_is_full(mailtrap):
    import smtplib

    mailtrap.mailbox_full("*")

    with pytest.raises(smtplib.SMTPRecipientsRefused):
        sign_up("bob@example.org")
