"""The same servers as for the tests of object storage itself."""

from tests.objects.conftest import moto, rclone, site, waits

__all__ = ["moto", "rclone", "site", "waits"]
