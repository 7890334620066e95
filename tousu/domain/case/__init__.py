"""The life of a case: the fold of what was reported about it, in the order in which it happened."""
