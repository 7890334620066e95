"""sla runs the clocks of each case, judges its steps, closes it and publishes how it ended."""
