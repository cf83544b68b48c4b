"""The embedded store: one SQLite file, one writing connection, any number of readers.

The only place that knows sqlite3. `X.db` is the database; what belongs to it lies in `X.db.d/`.
"""
