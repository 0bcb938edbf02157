"""The demo workspace: real models, trained for real, on data from a documented process.

`build` makes it, `is_built` says whether it is complete; everything else says how. Heavy libraries are imported inside.
"""

from watchroom.demo.approvals import ApprovalToSign, SignedFile
from watchroom.demo.build import DemoReport, approvals, build
from watchroom.demo.files import is_built
from watchroom.demo.governance import govern
from watchroom.demo.worlds import DRIFT_STARTS, WORLDS

__all__ = [
    "DRIFT_STARTS",
    "WORLDS",
    "ApprovalToSign",
    "DemoReport",
    "SignedFile",
    "approvals",
    "build",
    "govern",
    "is_built",
]
