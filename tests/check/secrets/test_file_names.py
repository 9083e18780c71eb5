"""Names of files that hold secrets by convention."""

from __future__ import annotations

import pytest

from forge.check.secrets.file_names import holds_secrets


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        ".env.local",
        "config/.env.production",
        "prod.env",
        "certs/server.pem",
        "certs/server.key",
        "store.p12",
        "store.pfx",
        "store.jks",
        "my.keystore",
        "vault.kdbx",
        "putty.ppk",
        "signature.asc",
        "terraform.tfstate",
        ".ssh/id_rsa",
        "id_dsa",
        "id_ecdsa",
        "home/ada/.ssh/id_ed25519",
        ".netrc",
        ".npmrc",
        ".pypirc",
        ".pgpass",
        ".git-credentials",
        ".htpasswd",
        "credentials",
        "aws/credentials.json",
        "secrets.yaml",
        "secret.txt",
        "SECRETS.YML",
        "Server.PEM",
    ],
)
def test_a_file_of_secrets(path: str) -> None:
    assert holds_secrets(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "README.md",
        "environment.py",
        ".environment",
        "env",
        ".env.example",
        ".env.sample",
        "secrets.template",
        "credentials.json.dist",
        "keys.py",
        "key",
        "pem",
        "id_rsa.pub",
        "secretary.md",
        "src/secrets/__init__.py",
        "docs/credentials-guide.md",
    ],
)
def test_an_ordinary_file(path: str) -> None:
    assert not holds_secrets(path)
