"""docs/options.md says what runtime-instrument/flags.inc says: options_page.py SOURCE_DIR [--write]."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
FLAG = re.compile(r'^FLAG\((\w+), (\w+), (.*?), "((?:[^"\\]|\\.)*)"\)$')

rows = []
for line in (root / "runtime-instrument/flags.inc").read_text().splitlines():
    if line.startswith("FLAG("):
        match = FLAG.match(line)
        if not match:
            sys.exit(f"flags.inc: cannot read: {line}")
        kind, name, default, sentence = match.groups()
        default = {"false": "0", "true": "1", '""': "(empty)"}.get(default, default.strip('"'))
        rows.append(f"| `{name}` | {kind} | {default} | {sentence} |")
if len(rows) < 5:
    sys.exit("flags.inc: too few flags found")

text = """# Options of an instrumented program

A program that was compiled with the pass, or that uses corace's primitives, takes options from the variable
`CORACE_OPTIONS`: `name=value`, joined by `:`. A `:` or `\\` inside a value is written `\\:` or `\\\\`. A flag is 0 or 1.
The `corace` command sets them for you; by hand they are useful for one-off runs:

```
CORACE_OPTIONS=strategy=random:seed=7 ./counter
```

| name | type | default | meaning |
|---|---|---|---|
""" + "\n".join(rows) + "\n"

page = root / "docs/options.md"
if "--write" in sys.argv:
    page.write_text(text)
elif page.read_text() != text:
    sys.exit("docs/options.md and flags.inc differ; run: python3 test/docs/Inputs/options_page.py . --write")
