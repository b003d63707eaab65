"""Databases as earlier versions wrote them: one file for each version that was in use.

`python -m tests.faults.older` in a checkout of that version (copy __main__.py there), with
DATABASE_URL naming a new SQLite file, writes such a file: every row of every table of ours, as that
version's own actions and pages made it, and the migrations that it knew.
"""
