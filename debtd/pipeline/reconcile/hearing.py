"""What people ask for in comments. Only of people who may write; each comment is considered once."""

from collections.abc import Iterable
from dataclasses import dataclass

from debtd.model.comment_command import Misunderstood, Never, NotNow, Rebase, parse_comment
from debtd.model.forge import Comment


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """`answers` are (number of the comment, text). `close` is a word that ends the pull request, with its comment.
    `rebase` is the first comment that asks for that and was not carried out yet.

    `upto` is the number of the last comment that need not be considered again.
    """

    answers: tuple[tuple[int, str], ...] = ()
    close: tuple[NotNow | Never, Comment] | None = None
    rebase: Comment | None = None
    upto: int = 0

    @property
    def before_rebase(self) -> int:
        """The same as long as the rebase is not carried out."""
        return self.upto if self.rebase is None else min(self.upto, self.rebase.number - 1)


def hear(comments: Iterable[Comment], heard: int) -> Heard:
    """What the comments after number `heard` come to. Others' than writers' are passed over in silence; after a word
    that ends the pull request nothing counts any more."""
    answers: list[tuple[int, str]] = []
    rebase: Comment | None = None
    upto = heard
    for comment in sorted(comments, key=lambda one: one.number):
        if comment.number <= heard:
            continue
        upto = comment.number
        command = parse_comment(comment.body) if comment.may_write else None
        if isinstance(command, NotNow | Never):
            return Heard(answers=tuple(answers), close=(command, comment), upto=upto)
        if isinstance(command, Rebase):
            rebase = rebase or comment
        elif isinstance(command, Misunderstood):
            answers.append((comment.number, command.answer))
    return Heard(answers=tuple(answers), rebase=rebase, upto=upto)
