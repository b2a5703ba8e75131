"""All demos by name."""

from mailtrap.gallery import broken, well_made
from mailtrap.gallery.demo import Demo

GOOD: dict[str, Demo] = {demo.name: demo for demo in well_made.DEMOS}
BROKEN: dict[str, Demo] = {demo.name: demo for demo in broken.DEMOS}
DEMOS = GOOD | BROKEN
