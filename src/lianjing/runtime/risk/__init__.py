"""Risk points by year, the controls that stand against them, and special campaigns."""
