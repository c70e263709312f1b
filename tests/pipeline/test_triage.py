"""Findings -> fix tasks."""

from debtd.model.coverage import SkipReason
from debtd.model.edit import Edit
from debtd.model.finding import Finding, FindingState
from debtd.pipeline.triage import MAX_FINDINGS_PER_TASK, TriageInput, split, triage
from tests.support.builders import finding, match


def fixable(number: int, path: str = "a.py", start: int | None = None, rule_id: str = "some-rule") -> Finding:
    at = number * 10 if start is None else start
    edits = (Edit(at, at + 3, b"new", b"old"),)
    return finding(f"{number:040x}", match("old", rule_id=rule_id, path=path, start=at, edits=edits))


def given(*findings: Finding, **more: object) -> TriageInput:
    paths = {f.match.path for f in findings}
    defaults = {"repository_id": "r", "base_commit": "c", "findings": findings, "scanned": paths, "inputs": "i"}
    return TriageInput(**(defaults | more))  # type: ignore[arg-type]


def test_what_has_no_fix_or_a_no_or_was_not_read_gets_no_task() -> None:
    without_fix = finding("1" * 40, match())
    unverified = Finding(fingerprint="2" * 40, match=fixable(2).match, state=FindingState.UNVERIFIED)
    refused, unread = fixable(3), fixable(4, path="unread.py")
    result = triage(given(without_fix, unverified, refused, unread, suppressed={refused.fingerprint}, scanned={"a.py"}))
    assert result.tasks == ()
    assert {key: skipped.reason for key, skipped in result.skipped.items()} == {
        "1" * 40: SkipReason.NO_FIX,
        "2" * 40: SkipReason.FILE_NOT_SCANNED,
        refused.fingerprint: SkipReason.SUPPRESSED,
        unread.fingerprint: SkipReason.FILE_NOT_SCANNED,
    }


def test_what_another_task_covers_is_left_to_it() -> None:
    assert triage(given(fixable(1), taken={fixable(1).fingerprint})).tasks == ()


def test_groups_are_of_one_rule_bounded_and_complete() -> None:
    findings = [fixable(n, path=f"{n // 3}.py") for n in range(60)]
    findings += [fixable(n, path="x.py", rule_id="other-rule") for n in range(100, 103)]
    tasks = triage(given(*findings)).tasks
    assert all(len(task.fingerprints) <= MAX_FINDINGS_PER_TASK for task in tasks)
    assert sorted(f for task in tasks for f in task.fingerprints) == sorted(f.fingerprint for f in findings)
    rule_of = {f.fingerprint: f.match.rule_id for f in findings}
    assert all({rule_of[f] for f in task.fingerprints} == {task.rule_id} for task in tasks)
    assert len({task.key for task in tasks}) == len(tasks)


def test_a_file_with_many_findings_is_split_and_nothing_is_lost() -> None:
    findings = [fixable(n) for n in range(130)]
    tasks = triage(given(*findings)).tasks
    assert [len(task.fingerprints) for task in tasks] == [25, 25, 25, 25, 25, 5]


def test_overlapping_edits_go_to_different_tasks() -> None:
    tasks = triage(given(fixable(1, start=0), fixable(2, start=2), fixable(3, start=50))).tasks
    assert [set(task.fingerprints) for task in tasks] == [
        {fixable(1).fingerprint, fixable(3).fingerprint},
        {fixable(2).fingerprint},
    ]


def test_the_key_is_the_set_of_findings_whatever_their_order_or_base() -> None:
    one, two = fixable(1), fixable(2)
    assert triage(given(one, two)).tasks[0].key == triage(given(two, one, base_commit="later")).tasks[0].key
    assert triage(given(one)).tasks[0].key != triage(given(one, two)).tasks[0].key
    assert triage(given(one)).tasks[0].key != triage(given(one, repository_id="s")).tasks[0].key


def test_findings_that_a_person_brought_back_get_a_new_key() -> None:
    (task,) = triage(given(fixable(1))).tasks
    (again,) = triage(given(fixable(1), spent={task.key})).tasks
    assert again.key != task.key


def test_a_rejected_group_is_split_at_the_culprit() -> None:
    group = [fixable(1, path="a.py"), fixable(2, path="bad.py"), fixable(3, path="c.py")]
    parts = split(given(*group), group, "bad.py")
    assert [part.fingerprints for part in parts] == [
        (group[1].fingerprint,),
        (group[0].fingerprint, group[2].fingerprint),
    ]


def test_a_group_in_one_file_is_halved_and_a_single_finding_is_not_split() -> None:
    group = [fixable(n) for n in range(4)]
    assert [len(part.fingerprints) for part in split(given(*group), group, "a.py")] == [2, 2]
    assert split(given(group[0]), group[:1], "a.py") == ()
