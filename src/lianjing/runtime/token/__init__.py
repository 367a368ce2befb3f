"""Tokens for other programs: what each may do, until when, how often; only digests are kept."""
