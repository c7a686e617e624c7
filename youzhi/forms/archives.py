"""Office files without a clock: the same forms give the same bytes."""

from __future__ import annotations

import io
import re
import zipfile

_WHEN = (1980, 1, 1, 0, 0, 0)  # the first moment a zip archive can tell
_STAMP = re.compile(rb"<dcterms:(created|modified)\b[^>]*>.*?</dcterms:\1>", re.S)


def without_clock(content: bytes) -> bytes:
    """Rewrite an xlsx or docx so that it does not tell when it was made (去除时间).

    Parameters
    ----------
    content
        The file.

    Returns
    -------
    bytes
        The same document; equal input gives equal bytes.
    """
    kept = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                data = _STAMP.sub(b"", data)
            new.writestr(zipfile.ZipInfo(name, _WHEN), data, zipfile.ZIP_DEFLATED)
    return kept.getvalue()
