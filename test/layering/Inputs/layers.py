"""Fails when a part of the project includes what it must not know (docs/design.md, "Parts")."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')

# folder -> what its includes may not start with
FORBIDDEN = {
    "vocab": ("llvm/", "clang/", "clang-tidy/", "checks/", "tool/", "runtime-instrument/", "corace/", "detect/",
              "explore/", "report/", "interface/"),
    "checks": ("runtime-instrument/", "corace/", "detect/", "explore/", "report/", "tool/"),
    "runtime-instrument": ("llvm/", "clang/", "clang-tidy/", "checks/", "tool/"),
    "runtime-instrument/pass": ("clang/", "clang-tidy/", "checks/", "tool/", "corace/", "detect/", "explore/"),
    "runtime-instrument/include": ("llvm/", "clang/", "checks/", "tool/", "vocab/", "boost/"),
}

seen = 0
bad = []
for path in sorted(root.rglob("*")):
    relative = path.relative_to(root).as_posix()
    if path.suffix not in (".h", ".cpp", ".inc", ".def"):
        continue
    rules = [folder for folder in FORBIDDEN if relative.startswith(folder + "/")]
    if not rules:
        continue
    seen += 1
    rule = max(rules, key=len)  # the innermost folder decides
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = INCLUDE.match(line)
        if match and match[1].startswith(FORBIDDEN[rule]):
            bad.append(f"{relative}:{number}: {rule} must not include {match[1]}")

print("\n".join(bad))
if seen < 20:
    sys.exit(f"only {seen} files looked at: is {root} the source tree?")
sys.exit(1 if bad else 0)
