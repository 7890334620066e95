"""Claims: what customers ask to be paid for. It opens and closes claims; amounts and penalties follow."""
