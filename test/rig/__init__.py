# SPDX-License-Identifier: BSD-3-Clause
"""The live lab: everything a test needs to run the module inside a real Unbound."""

from . import need

need.system_python()

from .client import as_name, ede_of, rcode_of  # noqa: E402,F401
from .cost import most_bits, spelled_bits  # noqa: E402,F401
from .lab import BUILT, DEFAULT_STATE, RESOLVER, RESOLVER6, Lab  # noqa: E402,F401
from .tap import Tap  # noqa: E402,F401
