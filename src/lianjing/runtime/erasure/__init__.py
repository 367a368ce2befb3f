"""Erasure of personal data from the trail: with its legal basis, a second person, and placeholders that say so."""
