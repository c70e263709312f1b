"""What engines answered, remembered by blob, in one SQLite file beside the database. The one home of that file.

Raw `sqlite3` and no ORM: tens of thousands of rows are looked up in every scan, and nobody else reads them.
"""

from debtd.adapters.cache.code import code_digest
from debtd.adapters.cache.store import SqliteAnswerCache

__all__ = ["SqliteAnswerCache", "code_digest"]
