"""`python -m ccoc.local`: the commands of the embedded stack."""

import sys

from ccoc.local.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
