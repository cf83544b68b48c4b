"""The durable runner: registers runs of deployed flows, watches what is ready, works on it."""
