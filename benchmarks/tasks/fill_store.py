"""`python -m benchmarks.tasks.fill_store STATE COUNT`: a database with COUNT open findings of one finished scan."""

import sys
from pathlib import Path

from debtd.model.coverage import Coverage
from debtd.model.finding import Finding, FindingState, Match, Span
from debtd.model.repo import Repository, Revision
from debtd.ports import ScanRecord
from debtd.settings import load_settings
from debtd.wiring.durable import open_store

_RULES = ("class-inherits-object", "deprecated-typing-alias", "js-buffer-constructor", "unicode-literal-prefix")
_FINDINGS_OF_A_FILE = 5


def _finding(number: int) -> Finding:
    file, place = divmod(number, _FINDINGS_OF_A_FILE)
    line = 10 + 20 * place
    return Finding(
        fingerprint=f"{number * 2654435761 % 2**32:08x}{number:032x}",
        match=Match(
            rule_id=_RULES[number % len(_RULES)],
            path=f"package_{file % 40}/module_{file}.py",
            span=Span(start=line * 30, end=line * 30 + 6, line=line, column=9, end_line=line, end_column=15),
            text="object",
            line_text=f"class Thing{number}(object):",
            scope=f"Outer.method_{place}",
            message="`object` is the base of every class and need not be named.",
            edits=(),
            no_fix=None,
            suppressed_by="",
            blob=f"{file:040x}",
        ),
        state=FindingState.OPEN,
    )


def main(state: str, count: str) -> None:
    repository = Repository(id="0123456789abcdef", source="/srv/project", name="project")
    revision = Revision(commit="c" * 40, tree="d" * 40, branch="main", committed_at=1_700_000_000)
    found = tuple(_finding(number) for number in range(int(count)))
    record = ScanRecord(
        coverage=Coverage(listed=0, scanned=frozenset(), skipped=()),
        new=found,
        seen=(),
        resolved=(),
        unverified=(),
        in_source=(),
        rule_ids=frozenset(_RULES),
        fired=frozenset(_RULES),
        engines=(),
    )
    with open_store(load_settings(config=None, state_dir=Path(state))) as store:
        store.ensure_repository(repository)
        store.finish_scan(store.begin_scan(repository.id, revision, "inputs"), record)


if __name__ == "__main__":
    main(*sys.argv[1:])
