"""The ledger: what is owed, what of it was paid or withdrawn, in entries that only ever grow (pure).

At every moment awarded = paid + outstanding + withdrawn, for each obligation, each currency and in all (design.md,
section 6; docs/architecture.md, I7). Amounts are Decimals of at most two places, never floats.
"""
