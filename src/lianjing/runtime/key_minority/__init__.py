"""The register of the key minority (关键少数): declarations, interests of kin, education, and who opened whose file."""
