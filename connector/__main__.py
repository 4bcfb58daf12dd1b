"""`python -m connector`: the command line, where no script is on the path."""

from connector.cli import main

main()
