"""Running it for real: when, what became of each run, who is told, what works on this machine, what is kept.

schedule.py   the cron line of a roster, and when it is due next
watching.py   around a run: what became of it is written down (runs.py), told (messages.py), sent (notices.py)
turned.py     the entries that became out of date, or were put right, from one version to the next
serving.py    `incumbent serve`: a Prefect server if there is none, and the runner of the schedules
doctor/       `incumbent doctor`: what works on this machine
packing.py    `incumbent archive`: what an archive needs no more, moved to a cold folder
"""
