"""What the processors share: events and decisions, the runtime, policy packs, the client library, the CLI."""
