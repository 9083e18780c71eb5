"""Secrets recognized by the label before them: `password=`, `"token": `, a header, a URL.

Here the name alone proves little, so the value has to look like a secret too.
"""

from __future__ import annotations

import operator
import re

from forge.check.secrets.token_formats import Format

_NAME = (
    r"(?:pass(?:word|wd|phrase|code)|pwd|(?:\b|_|-)pass|secret|token|credentials?|api[_-]?key"
    r"|(?:access|account|admin|app|application|auth|client|consumer|deploy|encryption|ingest|license"
    r"|master|private|secret|security|server|service|session|shared|signing|storage|subscription)"
    r"[_-]?key(?:[_-]?(?:id|data|base))?|_auth)\d{0,2}"
)
_AT = r"(?:\\{0,3}[\"'`]\]?|\])?[ \t]{0,8}"  # what may end a name
_SIGN = r"(?:=>|:=|\?=|=|:)"
# The value of a block in YAML is on the next line.
_IS = rf"{_AT}{_SIGN}[ \t]{{0,8}}(?:[|>][+-]?\r?\n[ \t]{{1,40}})?"
_BARE = r"[^\s\x00-\x1f\"'`,;<>()\[\]{}|\\&]{6,}"
_TEXT = r"(?:\"((?:[^\"\\\n]|\\.){6,})\"|'((?:[^'\\\n]|\\.){6,})')"
# What may stand between a sign and a quoted value: a line end, `Some(`, `string(9) `, `[`, `b`.
_OPENED = (
    r"(?:\r?\n[ \t]{1,40})?(?:[A-Za-z]\w{0,24}\((?:\d{1,6}\))?|[bBrRuUfF@$]{1,2})?"
    r"\[{0,2}[ \t]{0,4}"
)
_TYPE = r"(?:[ \t]{1,4}|\??[ \t]{0,4}:[ \t]{0,4})[&\w<>\[\]'?.]{1,40}(?: \w{1,20}>?)?[ \t]{0,8}="
_PROGRAM = (
    r"(?:docker|expect|htpasswd|jfrog|keytool|ldap\w{1,10}|mariadb[\w-]{0,12}|mysql\w{0,12}|openssl"
    r"|podman|redis-cli|sshpass|skopeo|zip|7z)"
)

ENVIRONMENT = Format(
    "password or key in the environment",
    r"(?:^|[\s\"'`;]|\\[nrt])(?:[A-Z][A-Z0-9_]{0,60}?)?(?:PASS(?:WORD|WD|PHRASE)?|PWD|SECRET|TOKEN"
    rf"|CREDENTIALS?|_KEY|_AUTH|_PAT|_DSN|APIKEY)\d{{0,2}}=(?:{_TEXT}|[\"']?((?:{_BARE}&?)+))",
)
NETRC = Format(
    "password of a login",
    r"(?i)\blogin[ \t\n]+[^\s\x00]{1,100}[ \t\n]+password[ \t\n]+([^\s\x00]{3,100})",
)
USER = Format(
    "password of a login",
    r"[ \t](?:-u|--user\b)[ =]?[\"']?[^\s\x00-\x1f:\"'/%{]{1,64}:([^\s\x00-\x1f\"'/]{4,})",
)
URL = Format("password in a URL", r"://[^\s\"'`@/<>:]{0,100}:([^\s\"'`@/<>]{1,200})@")
COOKIES = Format(
    "session cookie",
    r"(?i)(?:\bcookie[\"']?:[ \t]*\[?[\"']?|[ \t](?:-b|--cookie)[ =][\"'])"
    r"([^\s=;\"',]{1,100}=[^\r\n\"']{6,})",
)
QUOTED = Format("password or key", rf"(?i){_NAME}{_IS}{_OPENED}{_TEXT}")
PAIR = Format(
    "password or key", rf"(?i){_NAME}[\"'][ \t]{{0,8}},[ \t]{{0,8}}\[?[\"']({_BARE})[\"']"
)
PROSE = Format(
    "password or key",
    rf"(?i){_NAME}(?:[ \t]+[\w@.'\"-]{{1,30}}){{0,4}}(?::[ \t]+|[ \t]+(?:is|was)[ \t:]+)"
    rf"[\"'`]?({_BARE})",
)
TABLE = Format("password or key", rf"(?i){_NAME}[*`]{{0,2}}[ \t]{{0,20}}\|[ \t]{{0,20}}`?({_BARE})")
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
        "authorization header",
        rf"(?i)\bauthorization{_AT}[:=,][ \t]*\[?[\"']?(?:[a-z][\w-]{{1,20}}[ \t]{{1,4}})?"
        rf"({_BARE})",
    ),
    Format(
        "key in a header",
        rf"(?i)x-[a-z-]{{0,24}}(?:auth|key|token)[\"']?[ \t]*[:,][ \t]*\[?[ \t]*[\"']?({_BARE})",
    ),
    COOKIES,
    Format(
        "registry login", r"\"(?:auth|identitytoken)\"[ \t]*:[ \t]*\"([A-Za-z0-9+/=._-]{12,})\""
    ),
    QUOTED,
    Format("password or key", rf"(?i){_NAME}{_TYPE}[ \t]{{0,8}}{_OPENED}{_TEXT}"),
    Format("password or key", rf"(?i){_NAME}{_IS}(?:\\{{1,3}}[\"']|\[{{1,2}})?({_BARE})"),
    PAIR,
    Format(
        "password or key",
        rf"(?i){_NAME}[\"']?,?\s{{1,40}}[\"']?value[\"']?[ \t]{{0,8}}[:=][ \t]{{0,8}}[\"']?"
        rf"({_BARE})",
    ),
    Format("password or key", rf"(?i)--?[\w-]{{0,40}}{_NAME}[ \t]+[\"']?({_BARE})"),
    Format(
        "password or key",
        rf"(?i)\b(?:ENV|set)[ \t]+[\w./:-]{{0,60}}{_NAME}[ \t]+[\"']?({_BARE})"
        rf"|\b(?:requirepass|masterauth)[ \t]+[\"']?({_BARE})",
    ),
    PROSE,
    TABLE,
    Format("password or key", rf"(?i)<[\w:.-]{{0,40}}{_NAME}>({_BARE})</"),
    Format(
        "password of a program",
        rf"(?i)\b{_PROGRAM}\b[^\n|;&]{{0,120}}[ \t]-(?:p|a|w|b)[ \t]?[\"']?({_BARE})",
    ),
    Format(
        "password of a login",
        rf"^[\w.*-]{{1,100}}:(?:\d{{2,5}}|\*):[\w*-]{{1,63}}:[\w*.-]{{1,63}}:({_BARE})[ \t\r]*$",
    ),
)

WITHOUT_CALLS = (ENVIRONMENT, NETRC, USER, URL)
"""After these a plain value stands, no code: less is enough."""
_LOOSE = (PAIR, PROSE, TABLE)
"""After these a word stands often: the value has to be random."""
_PLACEHOLDER = re.compile(
    r"^<|^\$\w*(?:$|[/:.-])|\$[{(]|[{}]{2}|\{\w*\}|>$|\*{2}|\.\.\.|…|%[sd](?:$|\W)|%\(|x{4}"
    r"|\[secret removed\]",
    re.I,
)
_WORDS = re.compile(
    r"abc-?123|123456|chang[ei]_?-?me|demo|dummy|example|fake|insert|local|mock|pass|placeholder"
    r"|redact|replace|sample|secret|test|token|your"
    r"|(?:^|[^a-z])(?:my|dev|todo|none|null|undefined|true|false|env|vars|config|self|this)"
    r"(?:[^a-z]|$)",
    re.I,
)
_NAMES = r"[A-Za-z_$][\w$]*(?:(?:(?:\?|!{1,2})?\.|->|::)[A-Za-z_$][\w$]*)+"
_CODE = re.compile(
    rf"!{{0,2}}[\w$-]+(?:(?:\.|->|::|/|:)[\w$-]+)*|{_NAMES}!{{0,2}}|.*[(\[].*|[/~.@:].*|[a-z+]+://.*",
    re.S,
)
_ATTRIBUTE = re.compile(rf"[:(]?{_NAMES}!{{0,2}}|[:(].*")
_COMMON = frozenset("admin guest postgres root user username".split())
_SEPARATORS = "-_.:/"
_LONGEST_NAMED = 64  # characters; in a longer random text, such words are there by chance
_WORD = 8  # characters; a longer text in a URL is a password, also if it is a word
_RANDOM_FROM = 12  # characters; shorter random texts are too often names


def is_value(value: str, label: Format) -> bool:
    """Return whether what stands after a label is a secret, not a placeholder, a word or code.

    A random text changes often between letters, capitals and digits; a password has several of
    these and other characters.
    """
    if label is COOKIES:
        pairs = (pair.partition("=") for pair in value.split(";"))
        return any(is_value(pair[2], QUOTED) for pair in pairs if pair[2])
    if value.lower() in _COMMON or _is_placeholder(value):
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
    if label in _LOOSE:
        return False
    if label in WITHOUT_CALLS:
        return value[0] not in "/.~@:(" and "://" not in value
    return (
        len(value) >= _WORD
        and len(kinds) > 2
        and changes > 2
        and (label is QUOTED or not _CODE.fullmatch(value))
    )


def _is_placeholder(value: str) -> bool:
    return bool(
        _PLACEHOLDER.search(value) or (len(value) <= _LONGEST_NAMED and _WORDS.search(value))
    )


def _class(character: str) -> str:
    if character.isspace():
        return "space"
    if character.isdigit():
        return "digit"
    return "upper" if character.isupper() else "lower" if character.isalpha() else "other"
