"""Servers for local work and tests, without containers: Kafka from its own jars, PostgreSQL, the embedded broker.

Each is a class that starts a process of its own on a loopback port and a folder of its own, and that stops when its
owner stops, however the owner ends. `python -m tousu.local kafka|postgres|embedded` runs one by hand.
"""
