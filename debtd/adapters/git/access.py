"""Credentials for git over https, in a place that only the git process can read.

They are settings in a memory file (`include.path=/proc/self/fd/N`): not in argv, not in the environment, not on any
disk, and bound to the one host by git itself. Redirections are off, so that they go nowhere else.
"""

import base64
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from debtd.adapters.git.process import Command, run
from debtd.model.errors import ConfigError
from debtd.model.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class GitAccess:
    """How to reach one host: user and password (a token), and the authority to trust instead of the system's."""

    username: str
    password: Secret
    ca_file: str = ""


AccessFor = Callable[[str], GitAccess | None]
"""The access for a URL; None where nothing is needed or nothing is set up."""


def private_settings(url: str, access: GitAccess) -> Secret:
    """The text of a git configuration for this URL's host alone. Raises ConfigError for what cannot stand in one."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.netloc or not url.isprintable():
        raise ConfigError(f"a credential is sent over https:// only, not to {parts.netloc or 'this address'}.")
    pair = Secret(base64.b64encode(f"{access.username}:{access.password.reveal()}".encode()).decode())
    lines = [f'[http "https://{_value(parts.netloc)}/"]', f'extraHeader = "Authorization: Basic {pair.reveal()}"']
    if access.ca_file:
        lines.append(f'sslCAInfo = "{_value(access.ca_file)}"')
    return Secret("\n".join(lines) + "\n")


def reach(command: Command, url: str, access_for: AccessFor | None) -> bytes:
    """Run a git command that talks to `url`, with the credential for it when there is one."""
    access = access_for(url) if access_for else None
    if access is None:
        return run(command)
    descriptor = os.memfd_create("debtd", os.MFD_CLOEXEC)
    try:
        os.write(descriptor, private_settings(url, access).reveal().encode())
        include = f"include.path=/proc/self/fd/{descriptor}"
        return run(replace(command, settings=(*command.settings, include), inherit=(*command.inherit, descriptor)))
    finally:
        os.close(descriptor)


def _value(text: str) -> str:
    if any(character in text for character in '"\\\n\0'):
        raise ConfigError("an address or file name of a forge has a character that git settings cannot hold.")
    return text
