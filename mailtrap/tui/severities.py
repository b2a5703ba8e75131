"""How severities look: a mark each, so that no colour has to tell them apart.

Keyed by their names: the rules they come with are imported only once the screen is painted.
"""

MARKS = {"error": "✗", "warning": "!", "info": "i"}
ROLES = {"error": "error", "warning": "warning", "info": "muted"}
