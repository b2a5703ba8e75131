"""Scripts that make shells complete what mailtrap takes: ``grammar`` reads it off the parsers."""
