"""The demonstration zone: its cast, its clock, and the year that its people work through."""
