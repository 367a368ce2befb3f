"""Event logs from outside: XES, OCEL 2.0 and plain tables, read one event at a time; what is wrong is named, never dropped in silence."""
