"""Search: what a word, a reading or a sum names, in an index of our own that both databases carry."""
