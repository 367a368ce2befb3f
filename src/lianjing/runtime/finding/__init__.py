"""Findings: a signal, never guilt; the loop from detection to a better rule."""
