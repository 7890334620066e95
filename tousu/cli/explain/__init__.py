"""`tousu explain`: the command, what it asks of story or databases, and the tables that it shows."""
