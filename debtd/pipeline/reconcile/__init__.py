"""What became of the pull requests, and what follows: they are ended, made again, merged, left alone; and learned from.

`rounds` goes over all of them, `attend` has the order of checks for one, `decide` what follows from what is seen.
"""

from debtd.pipeline.reconcile.by_hand import reject, reopen
from debtd.pipeline.reconcile.rounds import Round, finish_renewals, reconcile

__all__ = ["Round", "finish_renewals", "reconcile", "reject", "reopen"]
