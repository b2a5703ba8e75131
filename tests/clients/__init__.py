"""Tests with real clients: what programs and libraries out there do with this server.

``.ci/run`` installs them all.  Elsewhere a test whose client is missing skips, and its reason
says how to get it: ``pytest -rs tests/clients``.  With CI=true it fails instead.  Postfix also
needs root; it runs from a directory of its own, and leaves the one of the machine alone.

- ``programs`` finds and runs clients, away from the settings of the user.
- ``scene`` puts a witness (``relay``, ``wire``) between client and server: what is kept must be
  what crossed the wire.  Over TLS a witness reads nothing, so those tests compare with what the
  client was given.
- ``mailers`` has the clients that speak TLS, each told the same way what to send.
- ``postfix`` starts a Postfix that relays all its mail to one port.

Whom clients trust when nothing is said (Debian 12, Python 3.11), with a certificate of
an unknown CA, as ``test_tls`` has it:

- curl (exit code 60), msmtp (69), nodemailer and aiosmtplib refuse it.
- swaks, ``openssl s_client`` and smtplib without a context take it and send their mail; so does
  Postfix at the security level "may".
- swaks never checks the name, only the CA, and only with ``--tls-verify``.
"""
