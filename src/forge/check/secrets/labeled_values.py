"""Secrets known by what stands before them: `password=`, `"token": `, a header, a URL.

Here the name alone proves little, so the value has to look like a secret too.
"""

from __future__ import annotations

import operator
import re

from forge.check.secrets.token_formats import Format

_NAME = (
    r"(?:pass(?:word|wd|phrase|code)|pwd|(?:\b|_|-)pass|secret|token|credentials?|api[_-]?key"
    r"|(?:access|account|admin|app|auth|client|encryption|license|master|private|secret|security"
    r"|service|session|shared|signing|storage)[_-]?key(?:[_-]?id)?|_auth)\d{0,2}"
)
_IS = r"(?:\\{0,3}[\"'`]|\])?[ \t]{0,8}(?:=>|:=|\?=|=|:)[ \t]{0,8}"
_BARE = r"[^\s\"'`,;<>()\[\]{}|\\&]{6,}"
_QUOTED = r"(?:\"([^\"\n]{6,})\"|'([^'\n]{6,})')"

ENVIRONMENT = Format(
    "password or key in the environment",
    r"(?:^|[\s\"'`;]|\\[nrt])(?:[A-Z][A-Z0-9_]{0,60}?)?(?:PASS(?:WORD|WD|PHRASE)?|PWD|SECRET|TOKEN"
    rf"|CREDENTIALS?|_KEY|_AUTH|_PAT|_DSN|APIKEY)\d{{0,2}}=[\"']?((?:{_BARE}&?)+)",
)
NETRC = Format(
    "password of a login", r"(?i)\blogin[ \t\n]+\S{1,100}[ \t\n]+password[ \t\n]+(\S{3,100})"
)
USER = Format(
    "password of a login", r"(?:[ \t]-u|--user)[ =]?[\"']?[^\s:\"'/]{1,64}:([^\s\"'/]{4,})"
)
URL = Format("password in a URL", r"://[^\s\"'`@/<>:]{0,100}:([^\s\"'`@/<>]{1,200})@")
QUOTED = Format("password or key", rf"(?i){_NAME}{_IS}{_QUOTED}")
LABELED = (
    ENVIRONMENT,
    NETRC,
    USER,
    URL,
    Format("token in a URL", r"://([\w~-]{20,200})@"),
    Format(
        "authorization header",
        r"(?i)\b(?:basic|bearer|token|apikey|api-key|key)[ \t]{1,4}([\w.~+/=:-]{16,})",
    ),
    Format(
        "key in a header",
        rf"(?i)x-[a-z-]{{0,24}}(?:auth|key|token)[\"']?[ \t]*:[ \t]*[\"']?({_BARE})",
    ),
    Format("session cookie", rf"(?i)\bcookie[\"']?:[ \t]*[\"']?[^\s=;]{{1,60}}=({_BARE})"),
    Format(
        "registry login", r"\"(?:auth|identitytoken)\"[ \t]*:[ \t]*\"([A-Za-z0-9+/=._-]{12,})\""
    ),
    QUOTED,
    Format("password or key", rf"(?i){_NAME}{_IS}(?:\\{{1,3}}[\"'])?({_BARE})"),
    Format("password or key", rf"(?i)--?[\w-]{{0,40}}{_NAME}[ \t]+[\"']?({_BARE})"),
    Format("password or key", rf"(?i)<[\w:.-]{{0,40}}{_NAME}>({_BARE})</"),
)

_PLAIN = (ENVIRONMENT, NETRC, USER, URL)
"""After these a plain value stands, no code: less is enough."""
_PLACEHOLDER = re.compile(
    r"[<>{}$*]|\.\.\.|…|%[sd(]|x{4}|\[secret removed\]|chang[ei]_?-?me|demo|dummy|example|fake"
    r"|insert|local|mock|pass|placeholder|redact|replace|sample|secret|test|token|your"
    r"|(?:^|[^a-z])(?:my|dev|todo|none|null|undefined|true|false|env|vars|config|self|this)"
    r"(?:[^a-z]|$)",
    re.I,
)
_NAMES = r"[A-Za-z_$][\w$]*(?:(?:(?:\?|!{1,2})?\.|->|::)[A-Za-z_$][\w$]*)+"
_CODE = re.compile(
    rf"[\w$-]+(?:(?:\.|->|::|/|:)[\w$-]+)*|{_NAMES}!{{0,2}}|.*[(\[].*|[/~.@:].*|[a-z+]+://.*", re.S
)
_ATTRIBUTE = re.compile(rf"[:(]?{_NAMES}!{{0,2}}|[:(].*")
_COMMON = frozenset("admin guest postgres root user username".split())
_SEPARATORS = "-_.:/"
_WORD = 8  # characters; a longer text in a URL is a password, also if it is a word
_RANDOM_FROM = 12  # characters; shorter random texts are too often names


def is_value(value: str, label: Format) -> bool:
    """Return whether what stands after a label is a secret, not a placeholder, a word or code.

    A random text changes often between letters, capitals and digits; a password has several of
    these and other characters.
    """
    if value.lower() in _COMMON or _PLACEHOLDER.search(value):
        return False
    classes = [_class(character) for character in value if character not in _SEPARATORS]
    kinds, changes = set(classes), sum(map(operator.ne, classes, classes[1:]))
    if label is URL and len(value) > _WORD:
        return True
    if "space" in kinds or len(kinds) < 2 or not kinds & {"lower", "upper"}:
        return False
    often = 0.4 if "digit" not in kinds or _ATTRIBUTE.fullmatch(value) else 0.25
    if len(classes) >= _RANDOM_FROM and changes >= len(classes) * often:
        return True
    if label in _PLAIN:
        return value[0] not in "/.~@:(" and "://" not in value
    return (
        len(value) >= _WORD
        and len(kinds) > 2
        and changes > 2
        and (label is QUOTED or not _CODE.fullmatch(value))
    )


def _class(character: str) -> str:
    if character.isspace():
        return "space"
    if character.isdigit():
        return "digit"
    return "upper" if character.isupper() else "lower" if character.isalpha() else "other"
