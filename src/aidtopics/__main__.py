"""`python -m aidtopics` is the command `aidtopics`."""

import sys

from aidtopics.cli import main

sys.exit(main())
