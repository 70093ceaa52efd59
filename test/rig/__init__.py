# SPDX-License-Identifier: BSD-3-Clause
"""The live lab: everything a test needs to run the module inside a real Unbound."""

import os
import sys

# live_wire.py by itself lists its ways; of the others nothing would run, and nothing would fail.
NAME = os.path.basename(getattr(sys.modules["__main__"], "__file__", None) or "")
if NAME.startswith(("live_", "soak")) and NAME != "live_wire.py":
    sys.exit("%s: these are tests of pytest's: ./dev live %s" % (NAME, NAME[:-3].replace("live_", "")))

from .client import SERIAL, as_name, ede_of, rcode_of, secret  # noqa: E402, F401
from .cost import most_bits, spelled_bits  # noqa: E402, F401
from .lab import BUILT, DEFAULT_STATE, RESOLVER, RESOLVER6, Lab  # noqa: E402, F401
from .tap import Tap  # noqa: E402, F401
