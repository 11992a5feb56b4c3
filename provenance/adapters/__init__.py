"""Provenance in other people's loops."""

from provenance.adapters.processes.threads import limit_threads

limit_threads()  # before any module of this folder imports polars
