"""The program that wrote examples/courier-day.jsonl, the day that the demo plays. It is not installed; the day is."""
