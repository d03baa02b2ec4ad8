"""Writes broken variants of a SARIF file into the working directory."""
import copy
import json
import sys

text = open(sys.argv[1]).read()
good = json.loads(text)


def write(name, content):
    with open(name, "w") as f:
        f.write(content if isinstance(content, str) else json.dumps(content))


def spoiled(name, change):
    document = copy.deepcopy(good)
    change(document, document["runs"][1]["results"][0])
    write(name, document)


write("cut", text[: len(text) // 2])
write("deep", "[" * 100000)
write("list", [good])
spoiled("version", lambda d, r: d.update(version="3.0"))
spoiled("foreign", lambda d, r: d["runs"].pop())
spoiled("kind", lambda d, r: r["properties"].update(kind="nonsense"))
spoiled("id", lambda d, r: r["properties"].pop("id"))
spoiled("place", lambda d, r: r.pop("locations"))
spoiled("line", lambda d, r: r["locations"][0]["physicalLocation"]["region"].update(startLine=-1))
spoiled("related", lambda d, r: r["relatedLocations"].__setitem__(1, "here"))


def paths(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from paths(item, path + (key,))


odd = [None, [], {}, -1, 1e300, "\x00\ud83d\ude00%zz"]
for number, path in enumerate(p for p in paths(good) if p):
    document = copy.deepcopy(good)
    target = document
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = odd[number % len(odd)]
    write(f"odd.{number}", document)
