"""One file that holds an installation: database, documents, keys and log, taken while people work."""
