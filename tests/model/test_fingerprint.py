"""Findings keep their identity; twins stay apart."""

from debtd.model.finding import Finding, FindingState, Match
from debtd.model.fingerprint import pair
from tests.support.builders import finding, match

REPO = "repo"


def first_seen(*matches: Match) -> tuple[Finding, ...]:
    return pair(REPO, (), matches, {m.path for m in matches}).new


def ids(findings: tuple[Finding, ...]) -> dict[tuple[str, int], str]:
    return {(f.match.path, f.match.span.start): f.fingerprint for f in findings}


def test_the_same_scan_twice_changes_nothing() -> None:
    known = first_seen(match(start=3), match(start=9), match(path="b.py"))
    again = pair(REPO, known, [f.match for f in known], {"a.py", "b.py"})
    assert (again.new, again.missing) == ((), ())
    assert ids(again.seen) == ids(known)


def test_code_that_moves_down_keeps_its_identity() -> None:
    (known,) = first_seen(match(start=10, line=2, scope="C"))
    moved = pair(REPO, [known], [match(start=500, line=40, scope="C")], {"a.py"})
    assert [f.fingerprint for f in moved.seen] == [known.fingerprint]


def test_a_renamed_file_keeps_its_findings_in_order() -> None:
    known = first_seen(match(start=1, scope="C"), match(start=9, scope="C"))
    renamed = [match(path="new/name.py", start=5, scope="C"), match(path="new/name.py", start=70, scope="C")]
    after = pair(REPO, known, renamed, {"new/name.py"})
    assert [f.fingerprint for f in after.seen] == [f.fingerprint for f in known]
    assert (after.new, after.missing) == ((), ())


def test_a_copied_file_gets_findings_of_its_own() -> None:
    (known,) = first_seen(match(scope="C"))
    after = pair(REPO, [known], [match(scope="C"), match(path="copy.py", scope="C")], {"a.py", "copy.py"})
    assert [f.fingerprint for f in after.seen] == [known.fingerprint]
    assert [f.match.path for f in after.new] == ["copy.py"]
    assert after.new[0].fingerprint != known.fingerprint


def test_a_duplicated_function_adds_one_finding_and_keeps_the_other() -> None:
    (known,) = first_seen(match(start=10, scope="f"))
    after = pair(REPO, [known], [match(start=10, scope="f"), match(start=90, scope="f")], {"a.py"})
    assert [(f.fingerprint, f.match.span.start) for f in after.seen] == [(known.fingerprint, 10)]
    assert [f.match.span.start for f in after.new] == [90]


def test_twins_of_one_scan_stay_apart() -> None:
    twins = first_seen(match(start=1), match(start=9), match(start=20))
    assert len({f.fingerprint for f in twins}) == 3


def test_a_fixed_finding_does_not_lend_its_identity_to_another_class() -> None:
    (known,) = first_seen(match(scope="A", line_text="class A(object):"))
    after = pair(REPO, [known], [match(scope="B", start=50, line_text="class B(object):")], {"a.py"})
    assert [f.fingerprint for f in after.missing] == [known.fingerprint]
    assert len(after.new) == 1


def test_other_rules_and_other_repositories_never_share_a_fingerprint() -> None:
    made = [match(), match(rule_id="other-rule")]
    here, there = pair("here", (), made, {"a.py"}).new, pair("there", (), made, {"a.py"}).new
    assert len({f.fingerprint for f in (*here, *there)}) == 4


def test_a_reverted_fix_brings_the_old_finding_back() -> None:
    old = finding("f" * 40, match(scope="C", line_text="class C(object):"), FindingState.RESOLVED)
    after = pair(REPO, [old], [match(scope="C", line_text="class C(object):")], {"a.py"})
    assert [f.fingerprint for f in after.seen] == [old.fingerprint]


def test_a_resolved_finding_is_not_reported_missing() -> None:
    old = finding("f" * 40, match(), FindingState.RESOLVED)
    assert pair(REPO, [old], [], {"a.py"}).missing == ()


def test_odd_paths_and_texts_have_fingerprints() -> None:
    odd = first_seen(match("\udcff", path="\udce9.py", scope="ü"))
    assert len(odd[0].fingerprint) == 40
