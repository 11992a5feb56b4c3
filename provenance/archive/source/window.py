"""The latest bytes of something that is read forward: what small steps back are served from."""


class Window:
    """Bytes `start` to `end` of an archive. What is put at the end pushes out the beginning."""

    def __init__(self, size: int) -> None:
        self._size, self._data, self.start = size, bytearray(), 0

    @property
    def end(self) -> int:
        """The first byte after those held."""
        return self.start + len(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def move_to(self, offset: int) -> None:
        """Forgets all bytes; the next one put is that at `offset`."""
        self._data, self.start = bytearray(), offset

    def put(self, piece: bytes, wanted: int) -> None:
        """Adds bytes at the end, forgets the earliest beyond the size, but none from byte `wanted` on."""
        self._data += piece
        surplus = min(len(self._data) - self._size, max(0, wanted - self.start))
        if surplus > 0:
            del self._data[:surplus]
            self.start += surplus

    def get(self, offset: int, n: int) -> bytes:
        """Those of the n bytes from `offset` on that are held; `offset` is not before `start`."""
        at = offset - self.start
        return bytes(memoryview(self._data)[at : at + n])
