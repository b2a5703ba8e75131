"""Rules: eSMTP parameters of MAIL and RCPT."""
