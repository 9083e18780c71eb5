"""Names of files that hold secrets by convention: `.env`, keys, stored credentials."""

from __future__ import annotations

import re

_SECRET_NAME = re.compile(
    r"(?:\.env(?:\..+)?|.+\.(?:env|pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc|tfstate)|id_(?:rsa|dsa|ecdsa|ed25519)"
    r"|\.(?:netrc|npmrc|pypirc|pgpass|git-credentials|htpasswd)|(?:credentials|secrets?)(?:\.\w+)?)",
    re.I,
)
_SAMPLE_NAME = re.compile(r".+\.(?:example|sample|template|dist)", re.I)


def holds_secrets(path: str) -> bool:
    """Return whether a file's name says that it holds secrets; a sample (`.env.example`) does not.

    Such files are never put into an index or into the context of a runner.
    """
    name = path.rpartition("/")[2]
    return _SECRET_NAME.fullmatch(name) is not None and _SAMPLE_NAME.fullmatch(name) is None
