"""From the rows of the record to its pure parts, each as known at an entry number.

One module reads one kind of record, and its number of queries does not grow with what it reads:
logged the dose steps (for titration.timeline), planned the plans (planning), observed observations
and side effects, reported the intake reports (intake), contacted the contacts, pumped the events
of a pump (pump), issued the copies that were given out. facts puts together what rules and lists
go by, together says which entries were one write, and withdrawn what withdrew a line of texts.
"""
