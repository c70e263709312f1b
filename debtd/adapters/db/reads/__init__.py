"""What the store tells, as plain SQL that SQLite and PostgreSQL both take.

SQLAlchemy takes 0.2 s to import, twenty times what Python itself needs to start. Commands that only look (a list, a
run over what has not changed) read an embedded database with the standard library's driver; everything else runs
the same text through SQLAlchemy, which alone writes.
"""
