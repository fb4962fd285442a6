"""Read by kernels at start: this module compiles a grammar for 0.8 s, and nothing here needs it."""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
