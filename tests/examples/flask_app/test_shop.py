import pytest
from shop import create_app


@pytest.fixture
def client(mailtrap):
    return create_app(TESTING=True, **mailtrap.settings("flask")).test_client()


def test_sign_up(mailtrap, client):
    client.post("/sign-up", data={"email": "ann@example.org"})

    mail = mailtrap.wait_for(to="ann@example.org", subject="Confirm")
    assert mail.attachments == ()
    client.get(mail.link(text="Confirm"))
    assert mailtrap.wait_for(subject="Welcome").code() == "493021"


def test_a_visitor_who_does_not_confirm(mailtrap, client):
    with mailtrap.expect(to="ann@example.org", subject="Confirm") as expected:
        client.post("/sign-up", data={"email": "ann@example.org"})

    assert expected.message.from_ == "shop@example.org"
    mailtrap.assert_none(subject="Welcome")
