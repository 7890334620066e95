"""For those around tousu: `Publisher` for channel adapters and departments, `Subscriber` for systems downstream.

Both need a Kafka address only, are pure Python (kafka-python), and hold to the contract in schemas/.
"""
