"""Penalties: what persons, outlets and heads of departments have to bear, suspensions, and the figures of months."""
