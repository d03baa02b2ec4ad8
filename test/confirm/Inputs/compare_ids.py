"""The findings of both files are the same; only the second has outcomes, one each."""
import json
import sys


def findings(name):
    (run,) = json.load(open(name))["runs"]
    return {r["properties"]["id"]: r["properties"].get("outcome") for r in run["results"]}


before, after = findings(sys.argv[1]), findings(sys.argv[2])
assert before.keys() == after.keys() and len(before) == 3, (before, after)
assert set(before.values()) == {None}
assert sorted(after.values()) == ["confirmed", "not-confirmed", "not-reached"], after
