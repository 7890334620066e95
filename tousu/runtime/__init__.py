"""The loop that carries a processor's decisions out, exactly once (design.md, sections 3 and 4)."""
