"""Runs a command in a pseudo-terminal: what it shows goes to standard output, what comes on standard
input is typed. Usage: pseudo-terminal.py COMMAND [ARGUMENT...]"""

import os
import pty
import sys

status = pty.spawn(sys.argv[1:])
sys.exit(os.waitstatus_to_exitcode(status))
