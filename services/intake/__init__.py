"""Intake: the one gate. What enters is checked, freed of duplicates, numbered, kept and passed on in one form.

The way of an event: `reading` (record to event), `rules` (event to decision; `joining`, `registration`, `numbers`,
`masking` and `identity` are its pure parts), `sealing` (how the personal record lies in the database).
"""
