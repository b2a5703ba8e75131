"""The client's side: a connection to a server, and mail transactions over it.

Octets are sent as they are given.  smtplib stuffs dots behind bare line feeds too, shows no octets
of replies, and takes longer to import than a short mail takes to be sent.
"""
