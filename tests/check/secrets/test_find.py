"""Which texts are secrets: the formats in use, files without secrets, and the time it takes."""

from __future__ import annotations

import random
import string
import sysconfig
import time
from itertools import islice
from pathlib import Path

import pytest

from forge.check.secrets.find import find

ANY = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
WEB = ANY + "-_"
BASE = ANY + "+/"
CAPITALS = string.ascii_uppercase + string.digits
DIGITS = string.digits
# before the secret, its prefix, then parts that are made up: an alphabet and a length, or a text
FORMATS: dict[str, tuple[str, ...] | tuple[object, ...]] = {
    "AWS id": ("", "AKIA", (CAPITALS, 16)),
    "AWS secret key": ("aws_secret_access_key = ", (BASE, 40)),
    "AWS secret key in JSON": ('"SecretAccessKey": "', (BASE, 40)),
    "AWS session": ("AWS_SESSION_TOKEN=", (BASE, 200)),
    "Azure storage": ("AccountName=a;AccountKey=", (BASE, 86), "=="),
    "Azure client": ("", (ANY, 3), "8Q~", (WEB, 34)),
    "Google key": ("key=", "AIza", (WEB, 35)),
    "Google OAuth": ("", "ya29.a0", (WEB, 100)),
    "Google client": ("", "GOCSPX-", (WEB, 28)),
    "DigitalOcean": ("", "dop_v1_", (HEX, 64)),
    "Heroku": (
        "HEROKU_API_KEY=",
        (HEX, 8),
        "-",
        (HEX, 4),
        "-",
        (HEX, 4),
        "-",
        (HEX, 4),
        "-",
        (HEX, 12),
    ),
    "Databricks": ("", "dapi", (HEX, 32)),
    "Cloudflare": ("CLOUDFLARE_API_TOKEN=", (WEB, 40)),
    "Supabase": ("", "sbp_", (HEX, 40)),
    "GitHub": ("", "ghp_", (ANY, 36)),
    "GitHub fine-grained": ("", "github_pat_", (ANY, 22), "_", (ANY, 59)),
    "GitHub in a URL": ("https://x-access-token:", "ghs_", (ANY, 36), "@github.com/a/b"),
    "GitLab": ("", "glpat-", (WEB, 20)),
    "CircleCI": ("", "CCIPAT_", (ANY, 22), "_", (HEX, 40)),
    "npm": ("", "npm_", (ANY, 36)),
    "npmrc": ("//registry.example.org/:_authToken=", (ANY, 36)),
    "PyPI": ("", "pypi-AgEIcHlwaS5vcmc", (WEB, 150)),
    "RubyGems": ("", "rubygems_", (HEX, 48)),
    "Docker": ("", "dckr_pat_", (WEB, 27)),
    "Docker login": ('"auth": "', (BASE, 36)),
    "OpenAI": ("", "sk-", (ANY, 20), "T3BlbkFJ", (ANY, 20)),
    "OpenAI project": ("", "sk-proj-", (WEB, 120)),
    "Anthropic": ("", "sk-ant-api03-", (WEB, 93), "AA"),
    "Hugging Face": ("", "hf_", (string.ascii_letters, 34)),
    "Groq": ("", "gsk_", (ANY, 52)),
    "Replicate": ("", "r8_", (ANY, 37)),
    "Vault": ("", "hvs.", (WEB, 90)),
    "Vault, old": ("VAULT_TOKEN=", "s.", (ANY, 24)),
    "Terraform": ("", (ANY, 14), ".atlasv1.", (WEB, 67)),
    "Pulumi": ("", "pul-", (HEX, 40)),
    "age": ("", "AGE-SECRET-KEY-1", (CAPITALS, 58)),
    "Slack bot": ("", "xoxb-", (DIGITS, 12), "-", (DIGITS, 13), "-", (ANY, 24)),
    "Slack hook": (
        "https://hooks.slack.com/services/",
        "T",
        (CAPITALS, 8),
        "/B",
        (CAPITALS, 8),
        "/",
        (ANY, 24),
    ),
    "Discord": ("", "M", (ANY, 23), ".", (WEB, 6), ".", (WEB, 27)),
    "Telegram": ("", "123456789:AA", (WEB, 33)),
    "Twilio": ("", "SK", (HEX, 32)),
    "SendGrid": ("", "SG.", (WEB, 22), ".", (WEB, 43)),
    "Mailgun": ("", "key-", (HEX, 32)),
    "Mailchimp": ("", (HEX, 32), "-us12"),
    "Stripe": ("", "sk_live_", (ANY, 24)),
    "Square": ("", "sq0csp-", (WEB, 43)),
    "Shopify": ("", "shpat_", (HEX, 32)),
    "Linear": ("", "lin_api_", (ANY, 40)),
    "Notion": ("", "ntn_", (ANY, 46)),
    "Postman": ("", "PMAK-", (HEX, 24), "-", (HEX, 34)),
    "New Relic": ("", "NRAK-", (CAPITALS, 27)),
    "Grafana": ("", "glsa_", (ANY, 32), "_", (HEX, 8)),
    "Datadog": ("DD_API_KEY=", (HEX, 32)),
    "Tailscale": ("", "tskey-auth-", (ANY, 12), "-", (ANY, 32)),
    "JSON Web Token": ("", "eyJ", (ANY, 30), ".eyJ", (ANY, 80), ".", (WEB, 43)),
    "bearer": ("Authorization: Bearer ", (ANY, 40)),
    "basic": ("authorization: basic ", (BASE, 36)),
    "JSON": ('{"password": "', (ANY, 20)),
    "JSON in a string": ('{\\"token\\": \\"', (ANY, 32)),
    "environment": ("DB_PASSWORD=", (ANY, 20)),
    "YAML": ("  client_secret: ", (ANY, 32)),
    "XML": ("<password>", (ANY, 16), "</password>"),
    "option": ("upload --api-key ", (ANY, 32)),
    "header": ("X-Api-Key: ", (HEX, 32)),
    "cookie": ("Cookie: session=", (ANY, 32)),
    "curl": ("curl -u admin:", (ANY, 16)),
    "netrc": ("machine api.example.org login me password ", (ANY, 12)),
    "URL": ("postgres://app:", (ANY, 20), "@db:5432/x"),
    "URL without user": ("redis://:", (ANY, 20), "@cache:6379/0"),
    "connection": ("Server=db;User Id=sa;Password=", (ANY, 16), ";"),
    "key of a cluster": ("client-key-data: ", (BASE, 4400)),
    "Telegram in a URL": ("https://api.telegram.org/bot", "123456789:AA", (WEB, 33), "/getMe"),
    "second cookie": ("Cookie: theme=dark; sid=", (HEX, 40), "; Path=/"),
    "another scheme": ("Authorization: SSWS ", (WEB, 42)),
    "another header": ('"DD-APPLICATION-KEY": "', (HEX, 40), '"'),
    "headers in lists": ("{'x-api-key': [ '", (ANY, 32), "' ]}"),
    "element of a map": ("settings['apiKey'] = '", (ANY, 24), "'"),
    "PHP": ('["password"]=>\n  string(20) "', (ANY, 20), '"'),
    "Rust": ('password: Some("', (ANY, 20), '")'),
    "typed": ("const password: string = '", (ANY, 24), "'"),
    "typed, Rust": ("const API_KEY: &'static str = \"", (ANY, 24), '"'),
    "name and value": ('{"name": "DB_PASSWORD", "value": "', (ANY, 24), '"}'),
    "name and value in YAML": ("- name: API_TOKEN\n  value: ", (ANY, 24)),
    "attribute": ('<add key="ApiKey" value="', (ANY, 24), '" />'),
    "image": ("ENV API_TOKEN ", (ANY, 24)),
    "block in YAML": ("password: |\n    ", (ANY, 24)),
    "program": ("sshpass -p ", (ANY, 24), " ssh a@b"),
    "server": ("requirepass ", (ANY, 24)),
    "prose": ("A temporary password is generated for root@localhost: ", (ANY, 24)),
    "table": ("| password | `", (ANY, 24), "` |"),
    "pgpass": ("localhost:5432:db:bob:", (ANY, 24)),
    "Rails": ("SECRET_KEY_BASE=", (HEX, 128)),
    "other characters": ("DB_PASSWORD='a$1", ("ABCabc123!#%^*?~(", 20), "'"),
}


def _made_up(parts: tuple[object, ...], chance: random.Random) -> tuple[str, str]:
    """Return a line that shows a secret, and the random part of the secret."""
    line, longest = "", ""
    for part in parts:
        text = part if isinstance(part, str) else "".join(chance.choices(part[0], k=part[1]))  # type: ignore[index]
        longest = text if not isinstance(part, str) and len(text) > len(longest) else longest
        line += text
    return line, longest


def _is_removed(line: str, secret: str) -> bool:
    data = line.encode()
    start = data.index(secret.encode())
    return any(
        found.start <= start and start + len(secret) <= found.end + 2 for found in find(data)
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_formats_in_use_are_found(seed: int) -> None:
    chance = random.Random(seed)
    lines = {name: _made_up(parts, chance) for name, parts in FORMATS.items()}
    missed = [name for name, (line, secret) in lines.items() if not _is_removed(line, secret)]
    assert len(FORMATS) >= 60 and len(missed) <= len(FORMATS) // 20, missed


@pytest.mark.parametrize("kind", ["GitHub", "AWS id", "Stripe", "JSON Web Token", "npm"])
@pytest.mark.parametrize("before", ["", "x=", "\\n", "\x1b[32m", "%3D", "(", "`", "é"])
def test_what_stands_around_a_token_does_not_hide_it(kind: str, before: str) -> None:
    line, secret = _made_up(FORMATS[kind], random.Random(7))
    assert _is_removed(f"{before}{line} after", secret)


def test_files_without_secrets_are_left_alone() -> None:
    library = Path(sysconfig.get_paths()["stdlib"])
    paths = (
        path
        for path in sorted(library.rglob("*.py"))
        if not {"site-packages", "test", "tests"} & set(path.parts)
    )
    reported = {
        path.name: found for path in islice(paths, 1000) if (found := find(path.read_bytes()))
    }
    assert len(reported) <= 2, reported


@pytest.mark.parametrize(
    "text",
    [
        "password = input()",
        "token = request.headers.get(name)",
        "const secret = process.env.SECRET_KEY_BASE",
        "const apiKey = body.apiKey?.trim();",
        "apiKey = options!.apiKey!",
        "val token = session!!.authKey!!",
        "password: <your password>",
        "PASSWORD=changeme123",
        "API_KEY=${{ secrets.API_KEY }}",
        "TOKEN=$(cat token1.txt)",
        "postgres://user:password@localhost/db",
        "https://user:${TOKEN}@host",
        "--token-file ./Secrets2.txt",
        "Authorization: Bearer <token>",
        "integrity: sha512-" + "aB3d" * 22,
        "git@github.com:owner/repository.git",
        "token: Token2Type",
        "secretKeyRef: {name: db-1}",
        "KEY=value",
        "password: urlBase64ToUint8Array(key)",
        "hasPrivateKey: !!privateKey,",
        "hasPassword =\n  user1?.providerData?.some(isA)",
        'redact: ["apiKey", "*.apiKey"]',
        "const [tokens] = tokenizeLines(['OPEN(1)x',IOL=5'])",
        "date -u +%Y-%m-%dT%H:%M:%SZ",
        "a--user .bubble{background-color:var(--c)}",
        "_Password:\0_Places\0_Pressure:",
        "Login incorrect\0Maximum Password Age1\0Maximum",
    ],
)
def test_names_code_and_placeholders_are_no_secrets(text: str) -> None:
    assert find(text.encode()) == []


HOSTILE = {
    "colons": "://" + ":" * 100_000,
    "labels": "token=" * 20_000,
    "quotes": "token='" * 20_000,
    "begins": "-----BEGIN PRIVATE KEY-----\n" * 5_000,
    "users": "://a:b" * 20_000,
    "options": "-pass " * 20_000,
    "tokens": ("ghp_" + "a1B2" * 9 + " ") * 3_000,
    "dots": "eyJaaaaaaaa." * 10_000,
    "letters": "a" * 120_000,
    "values": "A_KEY=abcdef1 " * 8_000,
    "cookies": "cookie: a=" * 10_000,
    "blocks": "token: |\n " * 10_000,
    "types": "token x" * 15_000,
    "prose": "password a " * 10_000,
    "programs": "mysql -p " * 12_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_time_grows_with_the_length_only(name: str) -> None:
    """Four times the text takes about four times as long; with backtracking, sixteen times."""

    def seconds(text: bytes) -> float:
        began = time.process_time()
        find(text)
        return time.process_time() - began

    text = HOSTILE[name].encode()
    find(b"token: warm up")
    short = min(seconds(text) for _ in range(3))
    assert seconds(text * 4) < max(short, 0.002) * 12
