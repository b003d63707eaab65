"""The demonstration: one clinic, its people and a dozen invented patients; and a neighbour of it.

Their schedules are published ones; the people and their stories are made up, and every day is
counted from today. `people`, `medicines` and the stories are data; `building` plays them through
the same actions that the pages call.
"""
