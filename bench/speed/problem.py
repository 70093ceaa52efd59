# SPDX-License-Identifier: BSD-3-Clause
"""What ends the measuring of a load."""


class Problem(Exception):
    """A load was not what it says, or did not come through."""
