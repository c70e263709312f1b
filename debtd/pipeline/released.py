"""What came of publishing, while it goes on."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from debtd.model.errors import ConfigError, DebtdError, RepoUnusable, Retryable
from debtd.model.pull_request import PullRequest
from debtd.pipeline.order import Held

_MOST_FAILURES = 2
"""So many end the publishing of a repository; a Retryable does at once."""


@dataclass(slots=True)
class Released:
    """What came of it so far, by repository: pull requests opened, patches that wait (what for, by key), and faults.
    `failures` are those after which a pull request was not open, `ended` those that concern the whole repository;
    `rules` are the rules of all patches, by key."""

    published: dict[str, list[PullRequest]] = field(default_factory=lambda: defaultdict(list))
    waiting: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    faults: dict[str, list[DebtdError]] = field(default_factory=lambda: defaultdict(list))
    failures: dict[str, list[DebtdError]] = field(default_factory=lambda: defaultdict(list))
    ended: dict[str, DebtdError] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)

    def attempt(self, repository_id: str, work: Callable[[], None]) -> None:
        """A fault of one repository is noted, and stops no other."""
        try:
            work()
        except (RepoUnusable, Retryable, ConfigError) as fault:
            self.faults[repository_id].append(fault)
            self.failures[repository_id].append(fault)
            self.ended.setdefault(repository_id, fault)

    def stopped(self, repository_id: str) -> str:
        """What the rest of a repository waits for after its faults; "" while it can go on."""
        failures = self.failures[repository_id]
        if len(failures) >= _MOST_FAILURES or any(isinstance(fault, Retryable) for fault in failures):
            return f"another try: {failures[-1]}"
        return ""

    def held(self, repository_id: str) -> tuple[Held, ...]:
        found = sorted(self.waiting[repository_id].items())
        return tuple(Held(task_key=key, rule_id=self.rules.get(key, ""), waits_for=words) for key, words in found)
