#!/usr/bin/env python3
"""screen_table.py EVENTS PROGRAM.early|late.ROUND.json...: what tty_probe said, as a table.

A row a program: medians over the rounds, the worst of all keys. PROGRAM-one is the program on one
event: what it keeps for that is no event's. Times are milliseconds, but for "all read".
"""
import collections
import json
import os
import statistics
import sys


def probes(paths):
    found = collections.defaultdict(list)
    for path in paths:
        program, when, _ = os.path.basename(path).split(".", 2)
        try:
            with open(path) as f:
                found[program, when].append(json.load(f))
        except ValueError:
            pass  # it failed, and that was said
    return found


def times(runs, key):
    return [r["start"][key] for r in runs if r["start"][key] is not None]


def middle(values, form="{:.0f}"):
    return form.format(statistics.median(values)) if values else "-"


def spread(values):
    return "{:.0f}-{:.0f}".format(min(values), max(values)) if len(values) > 1 else ""


def keys(runs, label):
    found = [k for r in runs for k in r["keys"] if k["key"] == label and k["frame_ms"]]
    if not found:
        return "-"
    return "{:.1f} / {:.1f} / {:.0f}".format(
        statistics.median(k["first_ms"]["p50"] for k in found),
        statistics.median(k["frame_ms"]["p50"] for k in found),
        max(k["first_ms"]["max"] for k in found))


def anon(runs):
    values = [r["memory_after_start"]["rss_anon_kb"] for r in runs]
    return statistics.median(values) if values else None


def per_event(found, program, events):
    all_of_it, one = anon(found[program, "late"]), anon(found[program + "-one", "late"])
    if all_of_it is None or one is None:
        return "-"
    return "{:.0f}".format((all_of_it - one) * 1024 / events)


def main():
    events, found = int(sys.argv[1]), probes(sys.argv[2:])
    form = "{:<10}{:>11}{:>7}{:>10}{:>11}{:>19}{:>19}{:>17}{:>11}{:>9}"
    print(form.format("", "first byte", "rows", "min-max", "all read s", "Down, loading",
                      "PgDn, loading", "Down, then", "RssAnon MB", "B/event"))
    for program in ("tracehog", "lnav", "less"):
        early, late = found[program, "early"], found[program, "late"]
        if not early and not late:
            continue
        ready = times(late, "ready_ms") + (times(early, "ready_ms") if program != "lnav" else [])
        kept = anon(late)
        print(form.format(
            program, middle(times(early + late, "first_byte_ms")), middle(ready), spread(ready),
            middle([t / 1000 for t in times(late, "settled_ms")], "{:.2f}"),
            keys(early, "Down"), keys(early, "PgDn"), keys(late, "Down"),
            "-" if kept is None else "{:.1f}".format(kept / 1024),
            per_event(found, program, events)))
    print("keys: first byte / last byte / first byte of the worst. less reads no more than it shows.")


main()
