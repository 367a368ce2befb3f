"""Reads of work injury."""
