# SPDX-License-Identifier: BSD-3-Clause
"""The live lab: everything a test needs to run the module inside a real Unbound."""

from .client import as_name, ede_of, rcode_of  # noqa: F401
from .cost import most_bits, spelled_bits  # noqa: F401
from .lab import BUILT, DEFAULT_STATE, RESOLVER, RESOLVER6, Lab  # noqa: F401
from .tap import Tap  # noqa: F401
