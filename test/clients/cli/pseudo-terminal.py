"""Runs a program in a pseudo-terminal, and writes what it showed to standard output.

pseudo-terminal.py COLUMNS ROWS PROMPT ANSWER PROGRAM… — ANSWER is typed once PROMPT has been shown; both may be empty.
"""

import fcntl
import os
import pty
import struct
import sys
import termios

columns, rows, prompt, answer, *command = sys.argv[1:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(command[0], command)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", int(rows), int(columns), 0, 0))
shown = b""
while True:
    try:
        chunk = os.read(terminal, 65536)
    except OSError:
        break
    if not chunk:
        break
    shown += chunk
    if prompt and prompt.encode() in shown:
        os.write(terminal, answer.encode())
        prompt = ""
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
