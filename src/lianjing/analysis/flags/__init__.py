"""Red flags straight from OCDS JSON lines: one scan, no installation (docs/reference/flags.md)."""
