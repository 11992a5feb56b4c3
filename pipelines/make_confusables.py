"""Makes provenance/text/confusables.tsv: the whole confusables table of UTS 39, read from ICU's spoof checker.

No package of PyPI carries a recent table, so ICU is asked for the skeleton of every assigned code point.
ICU 78 (Unicode 17) comes in the wheel of `icu4py`:

    python -m venv out/icu && out/icu/bin/pip install icu4py==1.2.0
    python -m pipelines.make_confusables out/icu
"""

import ctypes
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

VERSION = "78"
TARGET = Path(__file__).parent.parent / "provenance" / "text" / "confusables.tsv"
HEAD = """\
# Confusable characters: code point, prototype (code points of its skeleton), script (ISO 15924), general category.
# Unicode Security Mechanisms (UTS 39), Unicode {unicode}, as ICU {icu} has it. Made by pipelines/make_confusables.py.
# Copyright (c) 1991-2025 Unicode, Inc. Unicode License v3, https://www.unicode.org/license.txt:
# permission is granted free of charge to deal in the data files without restriction, provided that this copyright and
# permission notice appear with all copies. The data are provided "as is", without warranty of any kind.
"""
# In the order of ICU's UCharCategory.
_CATEGORIES = (
    *("Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Me", "Mc", "Nd", "Nl", "No", "Zs", "Zl", "Zp"),
    *("Cc", "Cf", "Co", "Cs", "Pd", "Ps", "Pe", "Pc", "Po", "Sm", "Sc", "Sk", "So", "Pi", "Pf"),
)
_NO_CHARACTER = ("Cn", "Co", "Cs")


class Icu:
    """The four functions of ICU that are needed, in the shared libraries under a folder."""

    def __init__(self, folder: Path) -> None:
        self._data, self._common, self._i18n = (
            ctypes.CDLL(str(next(folder.rglob(f"libicu{part}*.so*"))), ctypes.RTLD_GLOBAL)
            for part in ("data", "uc", "i18n")
        )
        opening = self._i18n[f"uspoof_open_{VERSION}"]
        opening.restype = ctypes.c_void_p
        self._checker = ctypes.c_void_p(opening(ctypes.byref(ctypes.c_int(0))))

    def versions(self) -> tuple[str, str]:
        """Versions of Unicode and of ICU."""
        found = []
        for function in ("u_getUnicodeVersion", "u_getVersion"):
            version = (ctypes.c_uint8 * 4)()
            self._common[f"{function}_{VERSION}"](version)
            found.append(".".join(str(part) for part in version[:2]))
        return found[0], found[1]

    def category(self, code: int) -> str:
        """General category of the code point."""
        return _CATEGORIES[int(self._common[f"u_charType_{VERSION}"](code))]

    def skeleton(self, text: str) -> str:
        """UTS 39 section 4, without the reordering of right-to-left text."""
        raw, room, status = text.encode(), ctypes.create_string_buffer(256), ctypes.c_int(0)
        size = self._i18n[f"uspoof_getSkeletonUTF8_{VERSION}"](
            self._checker, 0, raw, len(raw), room, 256, ctypes.byref(status)
        )
        if status.value > 0:
            raise ValueError(f"ICU error {status.value} for {text!r}")
        return room.raw[:size].decode()

    def script(self, code: int) -> str:
        """ISO 15924 code of the character's script."""
        number = self._common[f"uscript_getScript_{VERSION}"](code, ctypes.byref(ctypes.c_int(0)))
        short = self._common[f"uscript_getShortName_{VERSION}"]
        short.restype = ctypes.c_char_p
        return bytes(short(number)).decode()


def read_rows(icu: Icu) -> Iterator[str]:
    """A line for each confusable character, by code point.

    Left out: what ICU removes, as it cannot be seen, and composed characters that follow from their parts.
    """
    for code in range(0x80, 0x110000):
        category = icu.category(code)
        if category in _NO_CHARACTER:
            continue
        parts = unicodedata.normalize("NFD", chr(code))
        prototype = icu.skeleton(chr(code))
        if prototype and prototype != (parts if parts == chr(code) else "".join(map(icu.skeleton, parts))):
            target = " ".join(f"{ord(char):04X}" for char in prototype)
            yield f"{code:04X}\t{target}\t{icu.script(code)}\t{category}\n"


def main() -> None:
    """Writes the table."""
    icu = Icu(Path(sys.argv[1]))
    unicode, version = icu.versions()
    rows = list(read_rows(icu))
    TARGET.write_text(HEAD.format(unicode=unicode, icu=version) + "".join(rows), encoding="utf-8")
    print(f"{len(rows)} confusable characters of Unicode {unicode} in {TARGET}")


if __name__ == "__main__":
    main()
