#!/bin/sh
exec java ${KAFKA_HEAP_OPTS:--Xmx384m} -XX:TieredStopAtLevel=1 -cp "/opt/kafka/libs/*" kafka.Kafka "$@"
