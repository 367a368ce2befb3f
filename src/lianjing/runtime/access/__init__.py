"""Access: who is logged in, how he proved it, by which rules; log-in state lies beside the trail, rights and rules in it."""
