"""The lake: a typed snapshot of the field nouns in Parquet, for bulk reading."""
