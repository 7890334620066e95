"""Policies: what a source document demands, as data; working time; and how a complaint's words lead to a class.

Everything here is pure except `tousu.policy.loading`, which reads the files
and is imported only where a process is composed.
"""
