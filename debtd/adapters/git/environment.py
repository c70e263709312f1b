"""The fixed settings and the exact environment of every git command.

Nothing of the user's own git is read: no global or system configuration, no hooks, no credential helper, no
attributes, no proxy. Keys for ssh come from the user's ~/.ssh; https works for repositories that need no password.
"""

from pathlib import Path

# Defects of old but honest histories: harmless to read, and nothing is checked out by git.
_FSCK_IGNORED = (
    "badTimezone", "missingEmail", "missingNameBeforeEmail", "missingSpaceBeforeDate", "missingSpaceBeforeEmail",
    "zeroPaddedDate", "zeroPaddedFilemode", "nulInCommit", "multipleAuthors",
)  # fmt: skip
_SSH = "ssh -oBatchMode=yes -oStrictHostKeyChecking=yes -oForwardAgent=no -oPermitLocalCommand=no -oConnectTimeout=30"
_SETTINGS = (
    "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.symlinks=false", "core.protectHFS=true",
    "core.protectNTFS=true", "core.attributesFile=/dev/null", "core.excludesFile=/dev/null", "core.pager=cat",
    "core.editor=false", "core.askPass=false", "core.alternateRefsCommand=true", "core.bigFileThreshold=16m",
    "core.untrackedCache=false", "core.quotePath=false", f"core.sshCommand={_SSH}", "credential.helper=",
    "credential.interactive=false", "protocol.allow=never", "protocol.version=2", "http.followRedirects=false",
    "http.sslVerify=true", "http.lowSpeedLimit=1000", "http.lowSpeedTime=60", "fetch.fsckObjects=true",
    "transfer.fsckObjects=true", "transfer.credentialsInUrl=die", "submodule.recurse=false",
    "fetch.recurseSubmodules=false", "push.recurseSubmodules=no", "push.gpgSign=false", "push.followTags=false",
    "commit.gpgSign=false", "gpg.program=false", "diff.external=", "gc.auto=0", "maintenance.auto=false",
    "safe.bareRepository=explicit", "advice.detachedHead=false", "init.defaultBranch=main",
    *(f"fetch.fsck.{name}=ignore" for name in _FSCK_IGNORED),
)  # fmt: skip


def argv(git: str, arguments: tuple[str, ...], *, settings: tuple[str, ...]) -> list[str]:
    """The whole command line."""
    return [git, *(word for setting in (*_SETTINGS, *settings) for word in ("-c", setting)), *arguments]


def environment(git: str, protocols: str, git_dir: Path | None) -> dict[str, str]:
    """All the variables that git has, whatever the parent has."""
    variables = {
        "PATH": f"{Path(git).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": "/nonexistent",
        "XDG_CONFIG_HOME": "/nonexistent",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "false",
        "SSH_ASKPASS": "false",
        "SSH_ASKPASS_REQUIRE": "never",
        "GIT_ALLOW_PROTOCOL": protocols,
        "GIT_PROTOCOL_FROM_USER": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_LITERAL_PATHSPECS": "1",
    }
    if git_dir is not None:
        variables["GIT_DIR"] = str(git_dir)
    return variables
