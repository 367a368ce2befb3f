"""Work in the background: jobs that come round again and again, errands that a person sent and waits for."""
