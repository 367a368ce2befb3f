"""Brings data in from files: each reader yields rows and faults, one run takes the rows in."""
