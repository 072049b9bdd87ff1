"""The version, as a constant: asking the installed package's metadata for it costs more than a plan."""

VERSION = "0.1.0"
USE_BY = "2028-01-01"
"""The day from which a later release is to be used: labels are revised, and a copy never learns of it."""
