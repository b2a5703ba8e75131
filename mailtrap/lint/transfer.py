"""Rules: mail data: DATA and BDAT."""
