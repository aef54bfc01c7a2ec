"""check.py FILE: refuse departures that cannot be. Internal: {{canary}}"""
import csv, sys

with open(sys.argv[1], newline="") as source:
    for number, row in enumerate(csv.DictReader(source), 2):
        if not 0 <= int(row["minute"]) <= 59:
            sys.exit(f"check: line {number}: no minute {row['minute']}")
