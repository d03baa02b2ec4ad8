"""on_terminal.py WIDTH COMMAND...: runs the command on a terminal of that width and prints what it wrote."""
import fcntl
import os
import pty
import struct
import sys
import termios

pid, master = pty.fork()
if pid == 0:
    os.environ.pop("NO_COLOR", None)
    os.environ.pop("COLUMNS", None)
    os.environ["TERM"] = "xterm"
    os.environ["LC_ALL"] = "C"  # Python may have set another for itself
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 40, int(sys.argv[1]), 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
data = b""
while True:
    try:
        chunk = os.read(master, 4096)
    except OSError:
        break
    if not chunk:
        break
    data += chunk
os.waitpid(pid, 0)
sys.stdout.write(data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\x1b", "ESC"))
