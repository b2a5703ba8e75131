"""A shop behind gunicorn; the process that answers a request sends the mail."""

import os
import smtplib
from urllib.parse import parse_qs


def app(environ, start_response):
    [to] = parse_qs(environ["QUERY_STRING"])["to"]
    with smtplib.SMTP(os.environ["SMTP_HOST"], int(os.environ["SMTP_PORT"])) as client:
        message = f"To: {to}\r\nSubject: Welcome\r\n\r\nSent by process {os.getpid()}.\r\n"
        client.sendmail("shop@example.org", [to], message)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Look into your mail.\n"]
