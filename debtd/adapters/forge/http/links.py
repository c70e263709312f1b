"""The next page of a list, from the Link header (RFC 8288), on the same API only."""

import re
from urllib.parse import urljoin, urlsplit

from debtd.adapters.display import shown
from debtd.model.errors import ConfigError

_LINK = re.compile(r'<([^<>]*)>\s*((?:;\s*[\w*]+\s*=\s*(?:"[^"]*"|[^",;\s]+)\s*)*)')
_NEXT = re.compile(r';\s*rel\s*=\s*"?(?:[^";,]*\s)?next\b', re.IGNORECASE)


def next_page(header: str, url: str, api_url: str, host: str) -> str | None:
    """The absolute URL with rel="next". Raises ConfigError when it leads away from the API: a forge that is hostile,
    or one that does not know its own address."""
    for target, parameters in _LINK.findall(header[:20_000]):
        if _NEXT.search(parameters):
            absolute: str = urljoin(url, target)
            if not absolute.startswith(f"{api_url}/"):
                there = shown(urlsplit(absolute).netloc, 100)
                raise ConfigError(
                    f"{host} says that its next page is at {there}; debtd does not go there, "
                    "set the address that the forge knows itself by."
                )
            return absolute
    return None
