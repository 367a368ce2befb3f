"""Writes of work injury, one verb a function."""
