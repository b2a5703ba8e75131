"""A shop in Flask that sends with Flask-Mailman."""

import flask
import flask_mailman


def create_app(**config):
    app = flask.Flask(__name__)
    app.config.update(config)
    flask_mailman.Mail(app)  # reads the settings: they have to be there by now

    @app.post("/sign-up")
    def sign_up():
        to = flask.request.form["email"]
        link = flask.url_for("confirm", to=to, _external=True)
        message = flask_mailman.EmailMultiAlternatives(
            "Confirm your address", f"Please open {link}", "shop@example.org", [to]
        )
        message.attach_alternative(f'<a href="{link}">Confirm</a>', "text/html")
        message.send()
        return "Look into your mail."

    @app.get("/confirm/<to>")
    def confirm(to):
        flask_mailman.EmailMessage(
            "Welcome", "Your code is 493021.", "shop@example.org", [to]
        ).send()
        return "Thank you."

    return app
