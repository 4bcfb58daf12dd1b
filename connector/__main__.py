"""`python -m connector`: the command line, where no script is on the path."""

import sys

if not sys.flags.safe_path:
    # Python has put the current folder there: what lies in it must not be taken for a plugin or a library
    sys.path.pop(0)

from connector.cli import main

main()
