import fastapi
import pytest
from fastapi.testclient import TestClient
from fastapi_mail import ConnectionConfig, FastMail, MessageSchema, MessageType


def create_app(config):
    app = fastapi.FastAPI()

    @app.post("/sign-up")
    async def sign_up(to: str, later: fastapi.BackgroundTasks):
        message = MessageSchema(
            subject="Confirm", recipients=[to], body="<b>Hello</b>", subtype=MessageType.html
        )
        later.add_task(FastMail(ConnectionConfig(**config)).send_message, message)

    return app


@pytest.fixture
def client(mailtrap):
    return TestClient(create_app(mailtrap.settings("fastapi-mail")))


def test_sign_up(client, mailtrap):
    assert client.post("/sign-up", params={"to": "bob@example.org"}).status_code == 200

    mail = mailtrap.wait_for(to="bob@example.org", timeout=10)
    assert mail.html.find("b").text == "Hello"


@pytest.mark.mailtrap(tls="starttls", auth=("ann", "secret"), require_auth=True, require_tls=True)
def test_over_tls_with_a_login(client, mailtrap):
    client.post("/sign-up", params={"to": "bob@example.org"})

    mail = mailtrap.wait_for(timeout=10)
    assert (mail.tls, mail.auth_user) == (True, "ann")
