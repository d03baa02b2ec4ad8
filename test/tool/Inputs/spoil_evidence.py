"""Writes broken variants of an evidence file into the working directory."""
import sys

good = open(sys.argv[1]).read()
lines = good.split("\n")  # the seventh line is the first place, the sixth the finding


def write(name, text):
    with open(name, "w") as f:
        f.write(text)


def with_line(number, line):
    changed = list(lines)
    changed[number - 1] = line
    return "\n".join(changed)


def field(number, index, value):
    fields = lines[number - 1].split("\t")
    fields[index] = value
    return with_line(number, "\t".join(fields))


assert lines[5].startswith("finding") and lines[6].startswith("place")
write("empty", "")
write("foreign", "#!/bin/sh\necho hello\n")
write("version", good.replace("corace-evidence\t1", "corace-evidence\t2"))
write("cut", good[: good.rindex("end")])
write("fields", with_line(7, "place\t1\tfirst\tx.cpp"))
write("number", field(7, 4, "twelve"))
write("negative", field(7, 4, "-3"))
write("huge", field(7, 4, "99999999999"))
write("kind", field(6, 3, "nonsense"))
write("outcome", field(6, 2, "surely"))
write("orphan", field(7, 1, "9"))
write("double", with_line(7, lines[5]))
write("uninstrumented", field(2, 3, "0"))
write("escape", field(6, 8, "\x1b[31mred"))
for length in range(1, len(good) - 1, 41):
    write(f"prefix.{length}", good[:length])
