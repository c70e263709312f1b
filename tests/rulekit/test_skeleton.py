r"""What is code and what is not: told without a parser, so every doubt must end in None."""

import ast
import io
import sys
import tokenize
from pathlib import Path

import pytest

from debtd.rulekit.skeleton import skeleton

STDLIB = Path(ast.__file__).parent


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x = 1  # is 5\n", "x = 1        \n"),
        ("x = 'is 5'\n", "x = '    '\n"),
        ('x = """a\n"b" \'\'\' is 5"""\n', "x = '" + " " * 18 + "'\n"),
        ("x = rb'a\\'b' is y\n", "x = rb'    ' is y\n"),
        ("x = '' ''\n", "x = '' ''\n"),
        ("x = 'a\\\n# b' # c\n", "x = '" + " " * 6 + "'    \n"),
        ("x = '#' # '\n", "x = ' '    \n"),
        ("x = f'{a is 5}' # b\n", "x = f'{a is 5}'    \n"),
        ("x = '\\d'\n", "x = '\\ '\n"),
        ("x = r'\\d'\n", "x = r'  '\n"),
        ("x = '\\\\d\\n'\n", "x = '" + " " * 5 + "'\n"),
        ("x = b'\\u1'\n", "x = b'\\  '\n"),
        ("x = '\\u1234'\n", "x = '      '\n"),
    ],
)
def test_comments_and_strings_become_blank_in_their_place(text: str, code: str) -> None:
    assert skeleton(text) == code
    assert len(code) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "x = 'a\n",
        '"""never closed\n',
        "x = f'{a[f'{b}']}' is 5\n",
        'x = f"{a["b"] is 5}"\n',
        'x = f"{d[" a"] is 5}"\n',
        'x = f"{{{a}"\n',
        "x = \"a' + y\n",
        'f"{\nx}" + y is "5"\n',
    ],
)
def test_what_is_not_certain_is_no_skeleton(text: str) -> None:
    assert skeleton(text) is None


@pytest.mark.parametrize("path", sorted(STDLIB.glob("*.py"))[::7], ids=lambda path: path.name)
def test_the_tokenizer_agrees_on_the_standard_library(path: Path) -> None:
    """Outside comments and strings every character stays; inside, none that could be taken for code."""
    text = path.read_text("utf-8")
    code = skeleton(text)
    if code is None:
        assert "f'" in text or 'f"' in text
        return
    lines, blank = text.splitlines(keepends=True), code
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        start, end = starts[token.start[0] - 1] + token.start[1], starts[token.end[0] - 1] + token.end[1]
        if token.type == tokenize.COMMENT:
            assert blank[start:end].isspace()
        elif token.type == tokenize.STRING and "f" not in token.string[:2].lower():
            assert set(blank[start:end]) <= set("rRbBuU'\\ ")
        elif token.type in {tokenize.NAME, tokenize.OP, tokenize.NUMBER} and sys.version_info < (3, 12):
            assert blank[start:end] == text[start:end]
