"""Imports: one batch a run of a file, the notes that it left on records, and what a ledger of a noun looks like."""
