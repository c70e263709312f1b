"""The last finished scan, as it is stored."""

import json
import zlib
from functools import lru_cache

from debtd.adapters.db.escaping import unescape
from debtd.adapters.db.reads.rows import Rows
from debtd.model.coverage import Coverage, Skipped, SkippedFile, SkipReason


def last(rows: Rows, repository_id: str) -> tuple[str, str, Coverage] | None:
    """Tree id, inputs and coverage of the last finished scan."""
    query = (
        "SELECT id, tree_id, inputs, listed, scanned_paths FROM scans"
        " WHERE repository_id = :repository_id AND state = 'finished' ORDER BY id DESC LIMIT 1"
    )
    found = list(rows.select(query, repository_id=repository_id))
    if not found:
        return None
    scan_id, tree_id, inputs, listed, scanned_paths = found[0]
    skips = "SELECT path, reason, detail FROM scan_skips WHERE scan_id = :scan_id ORDER BY ordinal"
    coverage = Coverage(
        listed=listed,
        scanned=frozenset(json.loads(zlib.decompress(scanned_paths))),
        skipped=tuple(
            SkippedFile(unescape(path), _skipped(reason, detail))
            for path, reason, detail in rows.select(skips, scan_id=scan_id)
        ),
    )
    return tree_id, inputs, coverage


@lru_cache(maxsize=100)
def _skipped(reason: str, detail: str) -> Skipped:
    """Most files of a repository are skipped for the same few reasons."""
    return Skipped(SkipReason(reason), unescape(detail))
