"""Rules: command lines, whatever the verb."""
