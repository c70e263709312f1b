"""Who owns a path, by a CODEOWNERS file. GitHub, GitLab and Gitea (and Forgejo) read the same name in different ways.

| | GitHub | GitLab | Gitea |
|---|---|---|---|
| a pattern is | like gitignore, without `!`, `[ ]` and `\\#` | a shell wildcard | a regular expression for the path |
| of several that match | the last | the last of each section; all sections together | all together |
| `docs/readme` is found | at the root, or all below it | in any folder, that file only | at the root, that file only |
| `dir/` | all below any such folder | all below any such folder | nothing |
| `!x` | a mistake | not of this section | all but x |
| without owners | nobody owns it | the section's default owners | a mistake |
"""

from collections.abc import Mapping
from enum import StrEnum

from debtd.model.codeowners import gitea, github, gitlab
from debtd.model.codeowners.owners import CodeOwners

__all__ = ["LOCATIONS", "MAX_BYTES", "MAX_LINES", "CodeOwners", "OwnersDialect", "parse_codeowners"]


class OwnersDialect(StrEnum):
    GITHUB = "github"
    GITLAB = "gitlab"
    GITEA = "gitea"


LOCATIONS: Mapping[OwnersDialect, tuple[str, ...]] = {
    OwnersDialect.GITHUB: (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"),
    OwnersDialect.GITLAB: ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"),
    OwnersDialect.GITEA: ("CODEOWNERS", "docs/CODEOWNERS", ".gitea/CODEOWNERS"),
}
"""Where each looks, in order; the first file found is the only one that counts."""

MAX_BYTES = 3 * 1024**2
"""GitHub does not read a larger file."""

MAX_LINES = 10_000


def parse_codeowners(text: str, dialect: OwnersDialect) -> CodeOwners:
    """The owners by a file. A line that cannot be read is a problem, never an error: people write these files, and a
    mistake in one line must not take the other lines' owners away."""
    readers = {
        OwnersDialect.GITHUB: github.parse,
        OwnersDialect.GITLAB: gitlab.parse,
        OwnersDialect.GITEA: gitea.parse,
    }
    if len(text.encode("utf-8", "surrogateescape")) > MAX_BYTES or text.count("\n") > MAX_LINES:
        return CodeOwners(lambda _: (), ((0, f"the file is larger than {MAX_LINES} lines or 3 MiB, and is not read"),))
    return readers[dialect](text)
