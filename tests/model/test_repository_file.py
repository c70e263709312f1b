"""`.debtd.toml` narrows what the operator allows, never widens it; what is wrong in it is told, never guessed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debtd.model.budget import BudgetKind, Budgets, Pot
from debtd.model.policy import Policy
from debtd.model.repository_file import MAX_BYTES, RepositoryFile, left_out, narrowed, read_repository_file
from tests.support.builders import finding, match

REPOSITORY = "r" * 16
POTS = [Pot(kind, of) for kind in BudgetKind for of in ("", REPOSITORY, "other")]


def sizes() -> st.SearchStrategy[int]:
    return st.integers(0, 50)


def policies() -> st.SearchStrategy[Policy]:
    budgets = st.builds(
        Budgets,
        sizes=st.dictionaries(st.sampled_from(BudgetKind), sizes()),
        of_single=st.dictionaries(st.sampled_from(POTS), sizes()),
    )
    return st.builds(Policy, budgets=budgets, draft=st.booleans(), auto_merge=st.booleans(), old_debt=st.booleans())


def files() -> st.SearchStrategy[RepositoryFile]:
    number = st.none() | sizes()
    return st.builds(
        RepositoryFile,
        enabled=st.booleans(),
        draft=st.booleans(),
        auto_merge=st.booleans(),
        old_debt=st.booleans(),
        open_pull_requests=number,
        lines_to_review=number,
    )


def limit(budgets: Budgets, pot: Pot) -> float:
    size = budgets.size(pot)
    return float("inf") if size is None else size


@given(policies(), files())
def test_never_wider_than_the_operator_allows(policy: Policy, file: RepositoryFile) -> None:
    now = narrowed(policy, file, REPOSITORY)
    assert now.draft >= policy.draft
    assert now.auto_merge <= policy.auto_merge
    assert now.old_debt <= policy.old_debt
    assert all(limit(now.budgets, pot) <= limit(policy.budgets, pot) for pot in POTS)
    same = replace(policy, draft=now.draft, auto_merge=now.auto_merge, old_debt=now.old_debt, budgets=now.budgets)
    assert now == same, "nothing else changes"


@given(policies(), files())
def test_other_repositories_keep_their_budgets(policy: Policy, file: RepositoryFile) -> None:
    now = narrowed(policy, file, REPOSITORY)
    assert all(now.budgets.size(pot) == policy.budgets.size(pot) for pot in POTS if pot.of != REPOSITORY)


def test_an_empty_file_changes_nothing() -> None:
    assert read_repository_file(b"") == RepositoryFile()
    assert narrowed(Policy(), RepositoryFile(), REPOSITORY) == Policy()


def test_all_that_can_be_said() -> None:
    file = read_repository_file(
        b'enabled = false\nleave_out_rules = ["word-*"]\nleave_out_paths = ["vendor/"]\ndraft = true\n'
        b'old_debt = false\nauto_merge = false\nlabels = ["tech debt"]\n[budgets]\nopen_pull_requests = 2\n'
        b"lines_to_review = 0\n"
    )
    assert file == RepositoryFile(
        enabled=False,
        leave_out_rules=("word-*",),
        leave_out_paths=("vendor/",),
        draft=True,
        old_debt=False,
        auto_merge=False,
        labels=("tech debt",),
        open_pull_requests=2,
        lines_to_review=0,
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"enabled = 1", "`enabled` must be true or false"),
        (b"enable = true", "the key `enable` is not known; known are enabled, "),
        (b'windows = "always"', "the key `windows` is not known"),
        (b"[budgets]\nper_night = 5", "the key `per_night` is not known"),
        (b"[budgets]\nopen_pull_requests = -1", "`open_pull_requests` must be a whole number"),
        (b"[budgets]\nopen_pull_requests = true", "`open_pull_requests` must be a whole number"),
        (b"budgets = 3", "`budgets` must be a table"),
        (b'leave_out_rules = "word"', "`leave_out_rules` must be a list"),
        (b'leave_out_paths = ["!vendor"]', "`leave_out_paths` has '!vendor'"),
        (b'leave_out_paths = ["/"]', "`leave_out_paths` has '/'"),
        (b'leave_out_paths = ["a[b]"]', "`leave_out_paths` has"),
        (b'labels = ["a,b"]', "`labels` has 'a,b'"),
        (b"draft", "it is not valid TOML"),
        (b"\xff\xfe", "it is not valid TOML"),
        (b"a = " + b"[" * 5_000, "it is not valid TOML"),
        (b"#" * (MAX_BYTES + 1), "it has more than 65,536 bytes"),
        ('"\u202e@everyone <b>" = 1'.encode(), r"the key `\u202e@everyone <b>` is not known"),
    ],
)
def test_what_is_wrong_is_told(text: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=r"it|`") as told:
        read_repository_file(text)
    assert words in str(told.value)
    assert len(str(told.value)) < 400
    assert str(told.value).isprintable()


@given(st.binary(max_size=30) | st.text("ab=[]\"'{}.#\n\u202e\x00", max_size=30).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    sentence = ""
    try:
        read_repository_file(data)
    except ValueError as error:
        sentence = str(error)
    assert sentence.isprintable()


@pytest.mark.parametrize(
    ("pattern", "path", "is_left_out"),
    [
        ("vendor/", "vendor/a.py", True),
        ("vendor/", "src/vendor/a.py", True),
        ("/vendor", "src/vendor/a.py", False),
        ("/vendor", "vendor/x/a.py", True),
        ("vendor", "vendors/a.py", False),
        ("*_pb2.py", "a/b_pb2.py", True),
        ("src/*/gen", "src/a/gen/x.py", True),
        ("src/*/gen", "src/a/b/gen/x.py", False),
        ("src/**/gen", "src/a/b/gen/x.py", True),
        ("**", "a.py", True),
    ],
)
def test_patterns_of_paths(pattern: str, path: str, is_left_out: bool) -> None:
    found = left_out([finding("f", match(path=path))], RepositoryFile(leave_out_paths=(pattern,)))
    assert bool(found) == is_left_out


def test_rules_that_are_left_out() -> None:
    findings = [finding("f", match(rule_id="word-old")), finding("g", match(rule_id="loguru-old"))]
    found = left_out(findings, RepositoryFile(leave_out_rules=("word-*",)))
    assert {key: skipped.detail for key, skipped in found.items()} == {"f": ".debtd.toml leaves this rule out"}


def test_a_pattern_cannot_make_it_slow() -> None:
    findings = [finding("f", match(path="a" * 1_000))]
    assert left_out(findings, RepositoryFile(leave_out_paths=("*a" * 49 + "b",) * 50)) == {}
