"""Object storage (S3 and what speaks its protocol): places, requests asked again, uploads, listings, a lock."""

from provenance.objects.place import ObjectPath, Place, parse_place

__all__ = ["ObjectPath", "Place", "parse_place"]
