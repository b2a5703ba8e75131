"""A shop whose mail is sent by a worker of Celery."""

import os
import smtplib

from celery import Celery

app = Celery("shop")
app.config_from_envvar("CELERY_CONFIG_MODULE", silent=True)


@app.task(autoretry_for=(smtplib.SMTPException,), max_retries=3, default_retry_delay=0)
def welcome(to):
    with smtplib.SMTP(os.environ["SMTP_HOST"], int(os.environ["SMTP_PORT"])) as client:
        message = f"To: {to}\r\nSubject: Welcome\r\n\r\nSent by process {os.getpid()}.\r\n"
        client.sendmail("shop@example.org", [to], message)
