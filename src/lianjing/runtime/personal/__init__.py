"""Personal data: which columns hold it, how it is masked, and who unmasked what, why and for how long."""
