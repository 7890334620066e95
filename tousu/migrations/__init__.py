"""How the tables of the processors came to be what they are: a module for each change, in the order of its number.

`NNNN_pre_WHAT` is applied before the release that needs it, while copies of the former one work on the tables: it adds,
and takes nothing away. `NNNN_post_WHAT` is applied when no older copy works there any more: it fills in, clears away.
Each has one function, `upgrade(tables)`, which is called for every processor (`tousu.runtime.upgrading`); it runs
in one transaction, on PostgreSQL and SQLite, and is never changed once it was released.
"""
