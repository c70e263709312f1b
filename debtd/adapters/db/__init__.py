"""The store on SQL: SQLAlchemy Core over SQLite, written so that PostgreSQL needs no other model."""
