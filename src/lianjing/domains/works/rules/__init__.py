"""The law of works as pure functions over frozen facts: each refusal and condition names its clause."""
