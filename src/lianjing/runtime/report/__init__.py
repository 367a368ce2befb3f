"""Named reports: a list as somebody wants it again, with its columns, its sums and its rhythm."""
