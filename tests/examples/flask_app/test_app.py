import flask
import flask_mailman
import pytest


def create_app(**config):
    app = flask.Flask(__name__)
    app.config.update(config)
    flask_mailman.Mail(app)

    @app.post("/sign-up")
    def sign_up():
        message = flask_mailman.EmailMessage(
            "Confirm",
            "https://shop.example.org/c/1",
            "shop@example.org",
            [flask.request.form["to"]],
        )
        message.send()
        return "ok"

    return app


@pytest.fixture
def client(mailtrap):
    return create_app(TESTING=True, **mailtrap.settings("flask")).test_client()


def test_sign_up(client, mailtrap):
    with mailtrap.expect(to="bob@example.org", subject="Confirm") as expected:
        assert client.post("/sign-up", data={"to": "bob@example.org"}).text == "ok"

    assert expected.message.link(url="/c/") == "https://shop.example.org/c/1"
