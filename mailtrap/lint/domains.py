"""Whose domain it is, as far as can be told without the Public Suffix List.  Pure."""

# Names right below a country that are no domain of anybody's: example.co.uk and others.
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "gob", "mil", "ne", "net", "or", "org"})


def organization(address: str) -> str:
    """The domain of an address that somebody has registered; "" for none."""
    return organizational(address.rpartition("@")[2] if "@" in address else "")


def organizational(domain: str) -> str:
    """The domain somebody has registered of those that are below it, in lower case."""
    domain = domain.lower()
    labels = domain.split(".")
    is_second_level = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    return domain if domain.startswith("[") else ".".join(labels[-3 if is_second_level else -2 :])
