"""The version, as a constant: asking the installed package's metadata for it costs more than a plan."""

VERSION = "0.1.0"
