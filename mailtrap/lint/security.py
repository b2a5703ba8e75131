"""Rules: tLS, AUTH and the end of a session."""
