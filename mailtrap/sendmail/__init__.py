"""What takes the place of sendmail: its flags, its fields, its exit codes."""
