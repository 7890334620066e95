"""What every event says, typed: one Struct for each event type, made from `schemas/` (`tousu.contract.structs`).

`tousu.events.clock.ClockMet` is the data of `tousu.clock.met.v1`. `Event.content` reads the data of an event,
`Event.read(ClockMet)` where the type is known, and an Output takes a Struct as its data.
"""
