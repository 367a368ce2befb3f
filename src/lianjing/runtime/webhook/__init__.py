"""Webhooks: signed notices of acts to the programs that asked for them, within the scope of who asked."""
