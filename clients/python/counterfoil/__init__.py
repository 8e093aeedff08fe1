"""Verifies Counterfoil's proofs about data with nothing but Python's standard library.

The formats are specified in docs/data.md; the names of checks are those of docs/checks.md. Written from those pages,
so that nobody who lives in Python need trust the other implementation. Slow where that one is fast, and not
constant-time: it holds no secrets.
"""

from .verdict import Missing, Refused
from .proof import verify_proof
from .delta import verify_delta
from .bundle import verify_bundle

__all__ = ["Missing", "Refused", "verify_proof", "verify_delta", "verify_bundle"]
__version__ = "0.1.0"
