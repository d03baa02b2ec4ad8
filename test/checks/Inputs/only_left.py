"""only_left.py OUTPUT SOURCE: every warning stands in a function whose name ends in _left, and each of those has one."""
import re
import sys

lines = open(sys.argv[2], encoding="utf-8").read().splitlines()
function, function_at = "", {}
for number, line in enumerate(lines, 1):
    if match := re.match(r"\S.*\b(\w+)\(.*\) \{", line):
        function = match[1]
    function_at[number] = function
warned = {function_at[int(n)] for n in re.findall(r"^\S+?:(\d+):\d+: warning:", open(sys.argv[1]).read(), re.M)}
left = {name for name in function_at.values() if name.endswith("_left")}
assert warned == left, (warned - left, left - warned)
