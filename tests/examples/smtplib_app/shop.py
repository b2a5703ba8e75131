"""A shop that sends with smtplib, where the environment says."""

import os
import smtplib
import time
from email.message import EmailMessage


def send(to, subject, text):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "shop@example.org", to, subject
    message.set_content(text)
    with smtplib.SMTP(os.environ["SMTP_HOST"], int(os.environ["SMTP_PORT"])) as client:
        client.send_message(message)


def forgot_password(to):
    send(to, "Reset your password", "Your code is 493021.\n\nhttps://shop.example.org/reset?t=1\n")


def send_patiently(to, subject, text, tries=3):
    for left in reversed(range(tries)):
        try:
            return send(to, subject, text)
        except smtplib.SMTPRecipientsRefused as error:
            [(code, _)] = error.recipients.values()
            if not left or code >= 500:
                raise
            time.sleep(0)
    return None
