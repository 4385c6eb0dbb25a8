"""`python -m ccoc.local.probe PORT`: succeeds when the web server here answers its health address."""

import sys

from ccoc.local.processes import answers_healthz

if __name__ == "__main__":
    sys.exit(0 if answers_healthz(int(sys.argv[1]))(0) else 1)
