"""Checks what the published schema of SARIF 2.1.0 and its readers ask of a file that corace wrote."""
import argparse
import json
import re
import sys

parser = argparse.ArgumentParser()
parser.add_argument("file")
parser.add_argument("--static", action="store_true")
parser.add_argument("--ids", action="store_true")
parser.add_argument("--uri")
parser.add_argument("--outcome")
parser.add_argument("--threads")
parser.add_argument("--results", type=int)
args = parser.parse_args()

document = json.load(open(args.file))
assert document["version"] == "2.1.0" and document["$schema"].endswith("sarif-schema-2.1.0.json")
(run,) = document["runs"]
driver = run["tool"]["driver"]
assert driver["name"] == "corace" and re.fullmatch(r"\d+\.\d+\.\d+", driver["semanticVersion"])
rules = driver["rules"]
assert len({rule["id"] for rule in rules}) == len(rules)
for rule in rules:
    assert rule["shortDescription"]["text"] and rule["help"]["text"], rule
assert run["columnKind"] == "unicodeCodePoints"
assert run["originalUriBaseIds"]["SRCROOT"]["uri"].startswith("file:///")
assert run["originalUriBaseIds"]["SRCROOT"]["uri"].endswith("/")
assert run["invocations"][0]["executionSuccessful"] is True


def check_location(location):
    physical = location["physicalLocation"]
    uri = physical["artifactLocation"]["uri"]
    assert re.fullmatch(r"(?:[A-Za-z0-9/._~:-]|%[0-9A-F]{2})+", uri), uri
    assert uri.startswith("file:///") or physical["artifactLocation"]["uriBaseId"] == "SRCROOT", uri
    region = physical["region"]
    assert region["startLine"] >= 1 and region.get("startColumn", 1) >= 1, region
    assert region.get("endLine", region["startLine"]) >= region["startLine"], region
    return uri


results = run["results"]
if args.results is not None:
    assert len(results) == args.results, results
else:
    assert results
for result in results:
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"], result
    assert result["level"] in ("warning", "error") and result["message"]["text"]
    (location,) = result["locations"]
    uri = check_location(location)
    assert args.uri in (None, uri), uri
    (fingerprint,) = result["partialFingerprints"].values()
    properties = result["properties"]
    assert fingerprint == properties["id"] and re.fullmatch(r"[a-z-]+-[0-9A-Z]{8}", fingerprint), fingerprint
    if args.ids:
        print(fingerprint)
    assert properties["origin"] == ("static" if args.static else "dynamic")
    assert properties.get("outcome") == args.outcome, properties
    for related in result.get("relatedLocations", []):
        check_location(related)
        assert related["message"]["text"]
    if args.static:
        roles = [related["properties"]["role"] for related in result["relatedLocations"]]
        assert "first" in roles and "suspension" in roles, roles
    (flow,) = result["codeFlows"]
    orders = []
    for thread in flow["threadFlows"]:
        steps = [step["executionOrder"] for step in thread["locations"]]
        assert steps == sorted(steps)
        orders += steps
        for step in thread["locations"]:
            check_location(step["location"])
    # One order over all tasks: that is the interleaving.
    assert sorted(orders) == list(range(1, len(orders) + 1)), orders
    if args.threads:
        assert ",".join(thread["id"] for thread in flow["threadFlows"]) == args.threads, flow
sys.exit(0)
