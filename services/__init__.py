"""The stream processors: intake, router, sla, claims, trends, each alone; they meet only in topics."""
