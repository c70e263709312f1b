"""What debtd's database says, read by plain SQL."""

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """A pull request as it is recorded."""

    key: str
    village: str
    rule_id: str
    branch: str
    base: str
    commit: str
    state: str
    number: int
    hands_off: str | None
    close_reason: str | None
    outcome: str | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proven patch without a pull request."""

    key: str
    village: str
    rule_id: str
    reason: str
    since: datetime
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    rule_id: str
    village: str
    standing: str
    since: datetime
    author: str


@dataclass
class Records:
    """One look after another. `names` are those of the villages, by repository id ("" for all)."""

    path: Path
    names: Mapping[str, str]
    _proven: dict[str, datetime] = field(default_factory=dict)
    _seen: int = 0

    def __post_init__(self) -> None:
        self._connection = sqlite3.connect(self.path, isolation_level=None)
        self._connection.execute("PRAGMA query_only=ON")

    def close(self) -> None:
        self._connection.close()

    def rows(self) -> dict[str, list[Row]]:
        """By village."""
        found: dict[str, list[Row]] = defaultdict(list)
        for one in self._connection.execute(
            "SELECT key, repository_id, rule_id, branch, base_branch, commit_id, state, number, hands_off,"
            " close_reason, outcome, ended_at FROM pull_requests ORDER BY id"
        ):
            key, repository, rule, branch, base, commit, state, number, hands_off, reason, outcome, ended = one
            village = self.names[repository]
            found[village].append(
                Row(key, village, rule, branch, base, commit, state, number, hands_off, reason, outcome, _moment(ended))
            )
        return found

    def waiting(self) -> list[Waiting]:
        paths: dict[str, list[str]] = defaultdict(list)
        for key, path in self._connection.execute(
            "SELECT t.task_key, f.path FROM fix_task_findings t JOIN findings f ON f.fingerprint = t.fingerprint"
            " JOIN fix_tasks k ON k.key = t.task_key WHERE k.state = 'accepted'"
        ):
            paths[key].append(path)
        proven = self.proven()
        return [
            Waiting(key, self.names[repository], rule_id, reason, proven[key], tuple(paths[key]))
            for key, repository, rule_id, reason in self._connection.execute(
                "SELECT k.key, k.repository_id, k.rule_id, k.reason FROM fix_tasks k"
                " LEFT JOIN pull_requests p ON p.key = k.key WHERE k.state = 'accepted' AND p.key IS NULL"
            )
        ]

    def proven(self) -> dict[str, datetime]:
        """When each patch was proven first."""
        for number, subject, at in self._connection.execute(
            "SELECT id, subject, at FROM events WHERE kind = 'task.accepted' AND id > ? ORDER BY id", (self._seen,)
        ):
            self._proven.setdefault(subject, _known(at))
            self._seen = number
        return self._proven

    def covered(self, now: datetime) -> set[tuple[str, str]]:
        """(village, line) of all findings that a task or a pull request has in hand, or that people said no to."""
        at = now.strftime("%Y-%m-%d %H:%M:%S.%f")
        found = self._connection.execute(
            "SELECT f.repository_id, f.line_text FROM findings f JOIN fix_task_findings t USING (fingerprint)"
            " JOIN fix_tasks k ON k.key = t.task_key LEFT JOIN pull_requests p ON p.key = k.key"
            " WHERE k.state IN ('planned', 'patched', 'accepted', 'rejected', 'skipped')"
            " OR (k.state = 'published' AND p.state IN ('pending', 'open'))"
            " UNION SELECT f.repository_id, f.line_text FROM findings f JOIN suppressions s USING (fingerprint)"
            " WHERE s.lifted_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > ?)",
            (at,),
        )
        return {(self.names[repository], line) for repository, line in found}

    def standings(self) -> list[Standing]:
        found = self._connection.execute("SELECT rule_id, repository_id, standing, since, author FROM rule_standings")
        return [Standing(rule, self.names[where], s, _known(since), by) for rule, where, s, since, by in found]

    def history(self, branch: str) -> list[str]:
        """The journal of the task and the pull request of a branch, oldest first."""
        prefix = branch.rpartition("/")[2]
        found = self._connection.execute(
            "SELECT at, kind, fields FROM events WHERE subject LIKE ? || '%' ORDER BY id", (prefix,)
        )
        return [f"{at[:19]} debtd: {kind} {fields}" for at, kind, fields in found]


def _known(value: str) -> datetime:
    return datetime.fromisoformat(value).replace(tzinfo=UTC)


def _moment(value: str | None) -> datetime | None:
    return None if value is None else _known(value)
