"""``python -m mailtrap``."""

import sys

from mailtrap.cli import main

sys.exit(main())
