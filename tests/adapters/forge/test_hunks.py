import pytest

from debtd.adapters.forge.hunks import touched_in_diff, touched_lines
from debtd.model.forge import TouchedFile

HEAD = "diff --git a/{0} b/{0}\nindex 1..2 100644\n--- a/{0}\n+++ b/{0}\n"


@pytest.mark.parametrize(
    ("patch", "ranges"),
    [
        ("", ()),
        ("no hunk at all", ()),
        ("@@ -3,3 +3,3 @@ def f():\n context\n-old\n+new\n context", ((4, 4),)),
        ("@@ -1,2 +1,4 @@\n a\n+b\n+c\n d", ((1, 2),)),
        ("@@ -0,0 +1,2 @@\n+a\n+b", ((0, 1),)),
        ("@@ -5,2 +4,0 @@\n-a\n-b", ((5, 6),)),
        ("@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b", ((1, 1),)),
        ("@@ -1,5 +1,4 @@\n-a\n b\n c\n-d\n+D\n e", ((1, 1), (4, 4))),
        ("@@ -1,1 +1,1 @@\n-a\n+b\n@@ -90,3 +90,2 @@\n x\n-y\n z", ((1, 1), (91, 91))),
        ("@@ -1,3 +1,3 @@\n---- a comment\n+++ another\n \x0c\u2028x\n y", ((1, 1),)),
        ("@@ -1,2 +1,1 @@\n \n-gone", ((2, 2),)),
    ],
)
def test_ranges_are_old_lines(patch: str, ranges: tuple[tuple[int, int], ...]) -> None:
    assert touched_lines(patch) == ranges


def test_a_whole_diff() -> None:
    diff = (
        HEAD.format("a.py") + "@@ -1 +1 @@\n-x\n+y\n"
        "diff --git a/new.py b/new.py\nnew file mode 100644\n--- /dev/null\n+++ b/new.py\n@@ -0,0 +1 @@\n+x\n"
        "diff --git a/gone.py b/gone.py\ndeleted file mode 100644\n--- a/gone.py\n+++ /dev/null\n"
        "@@ -1,2 +0,0 @@\n-a\n-b\n"
        "diff --git a/old name.py b/b.py\nsimilarity index 100%\nrename from old name.py\nrename to b.py\n"
        "diff --git a/x.png b/x.png\nBinary files a/x.png and b/x.png differ\n"
    )
    assert list(touched_in_diff(diff)) == [
        TouchedFile(path="a.py", lines=((1, 1),)),
        TouchedFile(path="new.py", lines=((0, 1),)),
        TouchedFile(path="gone.py", lines=((1, 2),)),
        TouchedFile(path="old name.py", lines=None),
        TouchedFile(path="x.png", lines=None),
    ]
