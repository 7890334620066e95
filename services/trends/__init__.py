"""Trends: watches counts by kind, outlet and region over sliding windows and warns early; nothing depends on it."""
