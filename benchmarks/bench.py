"""What every row works with: the rounds, the cache folder, the corpora, debtd itself, throw-away homes."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks.corpora import Corpus, ensure_tree
from benchmarks.measure import SAMPLE_SECONDS, Run, run
from benchmarks.peers import Peer, ensure_peer, own_program

CACHE_VARIABLE = "DEBTD_BENCH_CACHE"
ROOT = Path(__file__).parent.parent


def default_cache() -> Path:
    """Where archives, trees and peers are kept between runs; git ignores it."""
    return Path(os.environ.get(CACHE_VARIABLE) or ROOT / ".bench").absolute()


@dataclass(frozen=True)
class Bench:
    """`rounds` is how often each contestant runs; `cache` outlives the run."""

    rounds: int
    cache: Path

    def tree(self, corpus: Corpus) -> Path:
        """The unpacked release; nobody writes into it. Raises NotMeasured."""
        return ensure_tree(self.cache, corpus)

    def peer(self, peer: Peer) -> Path:
        """The peer's program. Raises NotMeasured."""
        return ensure_peer(self.cache, peer)

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """An empty folder on the disk of the cache, removed at the end."""
        parent = self.cache / "work"
        parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=parent, ignore_cleanup_errors=True) as name:
            yield Path(name)

    def environment(self, home: Path) -> dict[str, str]:
        """Nothing of the person who measures: state, caches and settings of all programs lie below `home`."""
        return {
            "PATH": os.pathsep.join((str(own_program("python").parent), "/usr/local/bin", "/usr/bin", "/bin")),
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "SEMGREP_SEND_METRICS": "off",
            "SEMGREP_ENABLE_VERSION_CHECK": "0",
        }

    def debtd(
        self,
        home: Path,
        *arguments: str | Path,
        cpus: frozenset[int] | None = None,
        sample_seconds: float = SAMPLE_SECONDS,
    ) -> Run:
        """`debtd ARGUMENTS` with the state that `home` holds; an empty home makes the run a cold one."""
        argv = [own_program("debtd"), *arguments]
        return run(argv, cwd=home, env=self.environment(home), cpus=cpus, sample_seconds=sample_seconds)

    def debtd_cold(
        self,
        *arguments: str | Path,
        cpus: frozenset[int] | None = None,
        sample_seconds: float = SAMPLE_SECONDS,
    ) -> Run:
        """`debtd ARGUMENTS` as on a machine where it never ran: no state, no cache."""
        with self.folder() as home:
            return self.debtd(home, *arguments, cpus=cpus, sample_seconds=sample_seconds)

    @cached_property
    def rule_languages(self) -> dict[str, frozenset[str]]:
        """The languages of each bundled rule, by id."""
        with self.folder() as home:
            listed = json.loads(self.debtd(home, "rules", "list", "--format", "json").stdout)
        return {rule["id"]: frozenset(rule["languages"]) for rule in listed}

    def only_python(self) -> list[str]:
        """Options that choose all bundled rules for Python, and no others."""
        chosen = [rule_id for rule_id, languages in self.rule_languages.items() if languages == {"python"}]
        return options_for(chosen)


def options_for(rule_ids: list[str]) -> list[str]:
    """`--rule ID` for each."""
    return [part for rule_id in rule_ids for part in ("--rule", rule_id)]
