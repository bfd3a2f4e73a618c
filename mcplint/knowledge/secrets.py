"""What secrets look like: the forms in which services give them out, and the names they go by.

The forms are those that GitHub's secret scanning names: https://docs.github.com/en/code-security/secret-scanning.
"""

from __future__ import annotations

import base64
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

from mcplint.knowledge.placeholders import is_placeholder, is_scattered

_FORMS: tuple[tuple[str, str], ...] = (
    ("GitHub token", r"gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,}"),
    ("GitLab token", r"glpat-[A-Za-z0-9_-]{20,}"),
    ("Anthropic key", r"sk-ant-[A-Za-z0-9_-]{32,}"),
    ("Langfuse key", r"sk-lf-[A-Za-z0-9-]{32,}"),
    ("OpenRouter key", r"sk-or-[A-Za-z0-9-]{32,}"),
    ("OpenAI key", r"sk-(?:(?:proj|svcacct|admin)-[A-Za-z0-9_-]{32,}|[A-Za-z0-9]{48}(?![A-Za-z0-9_-]))"),
    ("API key", r"sk-[A-Za-z0-9_-]{32,}"),
    ("AWS access key", r"(?:AKIA|ASIA)[A-Z2-7]{16}"),
    ("Google API key", r"AIza[A-Za-z0-9_-]{35}"),
    ("Slack token", r"xox[abeoprs]-[A-Za-z0-9-]{20,}|xapp-[A-Za-z0-9-]{20,}"),
    ("Stripe key", r"[rs]k_(?:live|test)_[A-Za-z0-9]{24,}"),
    ("npm token", r"npm_[A-Za-z0-9]{36}"),
    ("PyPI token", r"pypi-AgE[A-Za-z0-9_-]{50,}"),
    ("Hugging Face token", r"hf_[A-Za-z0-9]{30,}"),
    ("SendGrid key", r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    ("Groq key", r"gsk_[A-Za-z0-9]{40,}"),
    ("xAI key", r"xai-[A-Za-z0-9]{40,}"),
    ("Tavily key", r"tvly-[A-Za-z0-9-]{24,}"),
    ("DigitalOcean token", r"do[op]_v1_[a-f0-9]{64}"),
    ("Notion token", r"ntn_[A-Za-z0-9]{40,}"),
    ("JSON web token", r"eyJ[A-Za-z0-9_-]{10,4000}+\.eyJ[A-Za-z0-9_-]{10,8000}+\.[A-Za-z0-9_-]{20,}"),
    ("private key", r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
)
FORM = re.compile("|".join(f"(?:(?<![A-Za-z0-9_-])|(?<=:-)|(?<==-))(?:{form})" for _, form in _FORMS))
_NAMED = tuple((name, re.compile(form)) for name, form in _FORMS)
NAME = re.compile(
    r"(?i)(?:^|[_.-])(?:api[_-]?key|apikey|secret|secret[_-]?key|access[_-]?key|private[_-]?key|signing[_-]?key"
    r"|encryption[_-]?key|token|password|passwd|passphrase|credentials?)$|^(?:authorization|x-api-key|apikey|requirepass)$"
)
"""What a variable or header is called that holds a secret."""
PUBLIC = re.compile(
    r"(?i:(?<![a-z])(?:(?:public|publishable|anon)(?:key|(?![a-z]))|site_?key)"
    r"|^(?:vite|react_app|gatsby|vue_app|storybook)_)"
    r"|(?<=[a-z])(?:Public|Publishable|Anon|SiteKey)(?![a-z])|(?<![A-Za-z])(?:public|publishable|anon)(?=[A-Z])"
)
"""The words in the name of a key that everybody may know, as the pages of a browser hold it."""
PUBLISHED = frozenset(
    {
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
        "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==",
        "sb_secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz",
        "6LeIxAcTAAAAAGG-vFI1TnRWxMZNFuojJ4WifJWe",
    }
)
"""The keys that emulators and tests are given by everybody: of Azurite, of Cosmos DB's emulator, of Supabase on one's
own machine, of reCAPTCHA.

https://learn.microsoft.com/en-us/azure/storage/common/storage-use-azurite,
https://learn.microsoft.com/en-us/azure/cosmos-db/emulator,
https://supabase.com/docs/guides/local-development/cli/getting-started,
https://developers.google.com/recaptcha/docs/faq
"""
DEMONSTRATION = re.compile(r'"iss"\s{0,9}:\s{0,9}"supabase-demo"')
"""What the tokens say that Supabase gives everybody for one's own machine."""
PUBLIC_FORM = re.compile(r"pk_(?:live|test)_|sb_publishable_|phc_|pk-lf-|pk\.eyJ")
"""How keys begin that their services give out for the pages of a browser: Stripe, Clerk, Supabase, PostHog, Langfuse,
Mapbox."""
IN_BROWSERS = frozenset({"JSON web token", "Google API key"})
"""The forms that such keys share with secrets, so that what they are called decides."""
ROLE = re.compile(r'"role"\s{0,9}:\s{0,9}"(anon|service_role)"')
"""What the tokens of Supabase and PostgREST say that they are for: browsers, or servers that may do everything."""
URL_SAFE = str.maketrans("-_", "+/")
CALLED = re.compile(r"([\w.-]{1,100})[\"']?\s?[=:]\s?[\"']?$")
"""The name in front of a value."""
PRIVATE_KEY = re.compile(r"(-----BEGIN (?:(?!ENCRYPTED)[A-Z]{1,10} )?PRIVATE KEY-----)(?:\\n|\s){1,4}[A-Za-z0-9+/]{40}")
"""A private key that needs no passphrase, in a file of its own or in JSON; no placeholder of one."""
KEY_BODY = re.compile(r"(?:\\+n|[\s\"'|+]){1,200}[A-Za-z0-9+/]{24}")
"""What follows the first line of a private key where there is one, its line ends and quotes as they are spelled."""
ACCESS = re.compile(
    r"(?i)(?:^|_)(?:(?<!FASTMCP_SERVER_)o?auth(?:n|entication|enticate|orization)?|oidc|jwt|jwks|issuer|bearer|client_id"
    r"|apikeys?|keys?|tokens?|secrets?|passwords?|passwd|credentials?)(?:_|$)"
)
"""What a variable is called that may decide who may call: a secret, or the switch of a check."""
ENCRYPTED = re.compile(
    r"encrypted:[\w+/]|ENC\[|ENC\(|EJ\[\d|vault:v\d{1,4}:|\$ANSIBLE_VAULT;|U2FsdGVkX1|gAAAAA|\{cipher\}"
    r"|-----BEGIN (?:PGP MESSAGE|AGE ENCRYPTED FILE)-----|age-encryption\.org/v\d"
)
"""How values and files begin that are encrypted, so that they can be committed: those of dotenvx, SOPS, Jasypt, EJSON,
Vault, Ansible, OpenSSL, Fernet, Spring, PGP and age."""
BEARER = re.compile(r"(?i)(?:bearer|basic|token)\s+")
SHOWN = re.compile(r"(?i)(?:bearer|basic)\s")
"""How the value of a header begins that says who is there, whatever it is called."""
LABELLED = re.compile(r"""^-{0,2}[A-Za-z][\w.-]{0,100}(?:\s?:\s|=)["']?(?=.{16})""")
"""The name in front of a secret in the same text."""
IN_URL = re.compile(r"(?:[?&]([\w.-]{1,60})=|://[^/@:\s\"']{0,100}:(?=[^/@\s\"']{8,200}@))([^&#@/\s\"']{8,400})")
"""A parameter of a URL's query, or the password in front of its host."""
USER_IN_URL = re.compile(
    r"(://)([^/@:.\s\"'`…&?#]{16,400})(?=(?::(?:x-oauth-basic)?)?@([\w.-]{1,200})?(?::\d{1,5})?(/\d{1,20}(?![\w/.-]))?|…)"
)
"""A key that is the user of a URL, as Git and package indexes take it; the host, and the path of a Sentry's project."""
REPORTS = re.compile(r"(?i)sentry|glitchtip|ingest")
"""The hosts to which a URL with a key, which everybody may know, sends reports of errors."""
CUT_SHORT = re.compile(r"(://[^/@:\s\"']{0,100}:)((?=\d{0,200}[A-Za-z])[^&#@/\s\"'`…]{5,200})(?=[…`]|$)")
"""A password in front of a host that a cut has taken away."""
BEGUN = 5
"""How much of a secret, at the end of a text that is cut, is more than a secret that is masked shows."""
SHORTEST = 16
ENTROPY = 3.5
"""Bits a character, below which a text is no secret that was made at random: words have less, hexadecimal digits 4 at
most, and a text of 16 of these 3.5 as a rule."""
FORM_ENTROPY = 3.0
ASSIGNED = re.compile(
    r"""((?i:key|token|secret|passw|pwd|(?<![a-z])pw|passphrase|credential|authorization)\w{0,20}["']?\s{0,4}[:=,\s]\s{0,4}(?:(?:or|\|\||\?\?)\s{1,4})?"""
    r"""["']?(?:%s(?:\\n)?["']?\s{1,4}["']?)?(?:(?i:bearer|basic|token)\s+)?)([^\s"',;}]{12,400})"""
)

BASE64 = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/]{16,}={0,2}(?![\w+/=-])")
UNNAMED = re.compile(
    r"""((?:^\s{0,200}(?:- )?|\b(?:value|default)["']?\s?:\s?)["']?)(\w[\w-]{15,400})(?=["']?\s?(?:[,}]|$))"""
)
"""The value of an entry, and an item of a list that has a line of its own: their names stand elsewhere."""
ALONE = re.compile(
    r"(?<!commit )(?<![\w:@/+=.*-])(?:[0-9a-f]{32,128}|(?=[A-Za-z]{0,24}\d[A-Za-z]{0,24}\d[A-Za-z]{0,24}\d)"
    r"(?=[a-z0-9]{0,24}[A-Z])\w{24,400})(?![\w/+=.*-])"
    r"|(?<=:)[0-9a-f]{32}(?=[\s\"'@])"
)
"""A word that seems made at random, whatever it is called; a digest has a sign in front, and a commit an `@`."""
_PACKAGE = (
    r"""(?:@[a-z0-9._-]{1,80}/[a-z0-9._-]{1,80}(?:@[\w.-]{1,40})?|[a-z][a-z0-9._-]{0,80}@\d{1,5}\.\d[\w.-]{0,40})"""
)
"""A package of npm with its scope or its release, as `npx -p` is told it."""
_GAP, _WORD = r"""["',\s]{1,9}""", r"""[^\s"',]{1,200}"""
OPTION = re.compile(
    r"""((?:(?:^|[\s"'`(\[,])(?:-{1,2}(?:requirepass|masterauth|pass|auth|user)|-(?:[auwP]|[fkLsSv]{1,5}u"""
    rf"""|p(?!["',=\s]{{1,12}}{_PACKAGE}["',;\]\s])))"""
    rf"""|\b(?:requirepass|masterauth|AUTH|REDISCLI_AUTH|MYSQL_PWD)|\b(?:authenticate_user|add_user|change_password){_GAP}{_WORD}"""
    rf"""|\balias{_GAP}set{_GAP}{_WORD}{_GAP}{_WORD}{_GAP}{_WORD})"""
    r"""["']?(?:=|[,\s]\s{0,9})["']?(?:[\w.@-]{1,100}:)?)([^\s"'`,;\]]{12,400})"""
)
"""What clients and servers are told a password by: `redis-cli -a`, `curl -u elastic:…`, `mc alias set`."""
ATTACHED = re.compile(r"""((?:^|[\s"'`,])-(?:[paP]|u[\w.@-]{1,100}:)["']?)([^\s"'`,;\]]{12,400})""")
"""A password right behind its option, as the clients of MySQL and SQL Server and curl take it."""

WORD = re.compile(r"(?<![\w@:/!#%^*~+-])(?<!commit )(?!sha(?:256|384|512)-)[\w!#%^*~+-]{16,400}={0,2}(?![\w/.(=])")
"""What may be a password by its signs, whatever is said in front of it: it is no digest, path, address or call."""
PADDED = re.compile(r"(?<![\w+/])(?<!h1:)(?<!sha(?:256|384|512)-)[A-Za-z0-9+/]{20,400}={1,2}(?![\w=])")
"""What base64 makes of bytes whose number no three divide; no digest of a lock file."""
SHOWN_HERE = re.compile(r"""((?i:\b(?:bearer|basic))\s{1,4})([^\s"',;)}]{16,400})""")
"""What says who is there, wherever it is written."""
AT_HOST = re.compile(
    r"""((?<![\w@/.-])[\w.-]{1,40}:)([^\s"'`@/:,;]{16,400})(?=@(?!sha256:)[\w.-]|["']?\s{0,4}\|\s{0,4}(?:sudo\s)?chpasswd\b)"""
)
"""A user and a password in front of a host that has no scheme, or those that `chpasswd` is handed."""
_PAIR = re.compile(
    r"""((?:(?<![^\s"'`=(,])|(?<=\\"))[A-Za-z][\w.-]{0,40}[:/])([\w!#%^*~+-]{16,400}={0,2})(?=[@\s"'`,;)\]}\\]|$)"""
)
"""A user and a password, as `sqlplus system/…@notes` and `etcdctl --user root:…` take them."""
_SHORT = 200
_ESCAPED, _UNESCAPED = '\\"', ' "'


class ProjectSecrets:
    """The secrets that were found in the project that is looked at, each of which is masked wherever it stands."""

    pattern: re.Pattern[str] | None = None
    begun: re.Pattern[str] | None = None
    whole: tuple[str, ...] = ()


def hide_secrets(texts: Iterable[str]) -> None:
    """Has the secrets that stand in these texts masked from now on, and no others that were found before."""
    found = sorted({part for text in texts for part in secrets_in(text)}, key=len, reverse=True)
    ProjectSecrets.pattern = re.compile("|".join(map(re.escape, found))) if found else None
    begins = "|".join(sorted({re.escape(each[:BEGUN]) for each in found}))
    ProjectSecrets.begun = re.compile(rf"(?:{begins})[^\s\"'`…]{{0,400}}") if found else None
    ProjectSecrets.whole = tuple(found)
    _masked_short.cache_clear()


def secrets_in(text: str) -> Iterator[str]:
    """The secrets themselves in a text that is known to hold one: without a name, a scheme or a user in front."""
    forms = [found[0] for found in FORM.finditer(text[:10_000]) if not found[0].startswith("---")]
    urls = [found[2] for found in IN_URL.finditer(text[:4_000]) if is_random(found[2])]
    urls += [found[2] for found in USER_IN_URL.finditer(text[:4_000]) if _is_random_key(found[2])]
    yield from (each for each in (*forms, *urls) if len(each) >= SHORTEST)
    bare = BEARER.sub("", LABELLED.sub("", text.strip(" \t\"'"), count=1), count=1).strip("\"'")
    if not forms and not urls:
        yield from (each for each in (bare, base64_text(bare)) if is_random(each))


def entropy(text: str) -> float:
    """Shannon's entropy of a text, in bits a character."""
    counts = Counter(text)
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts.values())


def secret_kind(text: str, name: str = "") -> str:
    """What the first secret in a text is called, by its form; empty where there is none, or it is a placeholder.

    `name`: what the text is called. The browsers' keys are no secrets.
    """
    for found in FORM.finditer(text) if len(text) < 10_000 else ():
        if not found[0].startswith("---") and entropy(found[0][4:]) < FORM_ENTROPY:
            continue
        if re.search(r"(?i)xxxx|your|example|placeholder|\.\.\.|1234567", found[0]):
            continue
        if found[0].startswith("---") and not KEY_BODY.match(text, found.end()):
            continue
        kind = next(kind for kind, pattern in _NAMED if pattern.match(found[0]))
        called = CALLED.search(text, max(0, found.start() - 110), found.start())
        if kind not in IN_BROWSERS or not is_public(called[1] if called else name, found[0]):
            return kind
    return ""


def is_public(name: str, key: str) -> bool:
    """Whether everybody may know a key: a JSON web token by the role that it gives, others by their names and forms."""
    bare = BEARER.sub("", key, count=1)
    claims = bare.split(".")[1] if bare.startswith("eyJ") and bare.count(".") == 2 else ""
    decoded_claims = base64_text(claims.translate(URL_SAFE) + "=" * (-len(claims) % 4))
    role = ROLE.search(decoded_claims)
    if bare in PUBLISHED or DEMONSTRATION.search(decoded_claims):
        return True
    return role[1] == "anon" if role else bool(PUBLIC.search(name) or PUBLIC_FORM.match(bare))


def is_random(text: str) -> bool:
    """Whether a text seems made at random: long enough, with digits and letters, and no words of a placeholder."""
    bare = BEARER.sub("", text, count=1)
    return (
        SHORTEST <= len(bare) <= 400
        and re.fullmatch(r"[\x21-\x7e]+", bare) is not None
        and re.search(r"\d", bare) is not None
        and re.search(r"[A-Za-z]", bare) is not None
        and not re.search(r"://|^[./~]|^\d+(?:\.\d+)+|^[\w.-]+\.(?:com|io|org|net|dev|json|pem|txt)$", bare)
        and not is_placeholder(bare)
        and entropy(bare) >= ENTROPY
    )


def is_private(name: str) -> bool:
    """Whether a variable of this name holds a secret, as far as its name tells."""
    return NAME.search(name) is not None and PUBLIC.search(name) is None


def is_encrypted(text: str) -> bool:
    """Whether a value or a file tells its secret to nobody but who has the key."""
    return ENCRYPTED.match(text) is not None


def secret(name: str, text: str) -> str:
    """What kind of secret a variable holds, empty where it holds none: by the form of its value, or by its name."""
    named = NAME.search(name) or SHOWN.match(text)
    plain = named and is_random(text) and not is_public(name, text) and not is_encrypted(text)
    return secret_kind(text, name) or ("secret" if plain else "")


def secret_or_url(name: str, text: str) -> str:
    """What kind of secret a variable holds, also within a URL."""
    return secret(name, text) or in_url(text)[1]


def in_url(text: str) -> tuple[str, str]:
    """The name and the kind of the first secret in a URL: a parameter of its query, a password, or a user that is one;
    empty without."""
    for found in IN_URL.finditer(text[:4_000]) if "://" in text[:4_000] else ():
        name = found[1] or "password"
        if kind := secret(name, found[2]):
            return name, kind
    for found in USER_IN_URL.finditer(text[:4_000]) if "://" in text[:4_000] else ():
        web = text.endswith(("http", "https"), 0, found.start())
        if web and found[3] and not found[4] and not REPORTS.search(found[3]) and _is_random_key(found[2]):
            return "user", secret_kind(found[2]) or "secret"
    return "", ""


def base64_text(text: str) -> str:
    """What stands behind base64, without white space at its ends; empty where that is no text."""
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("ascii").strip()
    except ValueError:
        return ""


def _is_random_key(user: str) -> bool:
    """Whether the user of a URL is a key, made at random as no name is."""
    long = re.fullmatch(r"(?=(?:[A-Za-z]*\d){3})[A-Za-z0-9]{32,400}", user) is not None
    return is_random(user) and (is_scattered(user) or long)


def masked(text: str) -> str:
    """The text with each secret cut to its first four characters, as many stars behind as it has more.

    Quotes inside a string of JSON are escaped, and count as they do outside.
    """
    if _ESCAPED not in text:
        return _masked(text)
    plain, *rest = _masked(text.replace(_ESCAPED, _UNESCAPED)), *text.split(_ESCAPED)
    found, at = "", 0
    for piece in rest:
        found += plain[at : at + len(piece)] + _ESCAPED
        at += len(piece) + len(_ESCAPED)
    return found.removesuffix(_ESCAPED)


def _masked(text: str) -> str:
    """Short texts are kept, as one is shown again and again: a line of a file beside each of its findings."""
    return _masked_short(text) if len(text) <= _SHORT else _masked_anew(text)


@lru_cache(maxsize=4096)
def _masked_short(text: str) -> str:
    return _masked_anew(text)


def _masked_anew(text: str) -> str:
    if ProjectSecrets.pattern is not None:
        text = ProjectSecrets.pattern.sub(lambda found: _mask_tail(found[0]), text)
    if ProjectSecrets.begun is not None:
        text = ProjectSecrets.begun.sub(_without_beginning, text)
    if "://" in text:
        text = CUT_SHORT.sub(_without_userinfo, IN_URL.sub(_without_userinfo, text))
        text = USER_IN_URL.sub(
            lambda found: found[1] + _mask_tail(found[2]) if _is_random_key(found[2]) else found[0], text
        )
    text = SHOWN_HERE.sub(_secret_cut, AT_HOST.sub(_secret_cut, text))
    if FORM.search(text):
        text = FORM.sub(lambda found: _mask_tail(found[0]), text)
    if ASSIGNED.search(text):
        text = ASSIGNED.sub(lambda found: _secret_cut(found), text)
    text = ATTACHED.sub(_secret_cut, OPTION.sub(_secret_cut, text))
    return BASE64.sub(lambda found: _mask_tail(found[0]) if _hides_secret(base64_text(found[0])) else found[0], text)


def masked_line(text: str) -> str:
    """A line of a file, masked; also where the name of its secret stands on another one, or nowhere."""
    text = _PAIR.sub(_without_password, UNNAMED.sub(_secret_cut, masked(text)))
    for pattern in (PADDED, WORD):
        text = pattern.sub(lambda found: _cut_scattered(found[0]), text)
    return ALONE.sub(lambda found: _mask_tail(found[0]) if is_random(found[0]) else found[0], text)


def _without_beginning(found: re.Match[str]) -> str:
    """The beginning of a secret that a text was cut in, cut further; a word that a secret begins with has no digit."""
    text = found[0]
    shown = max(_common_prefix_length(text, each) for each in ProjectSecrets.whole if each.startswith(text[:BEGUN]))
    alone = not text[shown : shown + 1].isalnum() and re.search(r"\d", text[:shown])
    return _mask_tail(text[:shown]) + text[shown:] if alone else text


def _common_prefix_length(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))


def _without_userinfo(found: re.Match[str]) -> str:
    """A URL with the password in front of its host cut, however random that is; a word or a placeholder is none."""
    is_parameter = found[1] is not None and not found[1].startswith("://")
    if is_parameter or is_placeholder(found[2]) or re.search(r"\d", found[2]) is None:
        return found[0]
    return found[0].removesuffix(found[2]) + _mask_tail(found[2])


def _without_password(found: re.Match[str]) -> str:
    """A user and a password, this one cut; hexadecimal digits may be a digest where no host follows."""
    if found.string.startswith("@", found.end()):
        return _secret_cut(found)
    return found[1] + _cut_scattered(found[2])


def _cut_scattered(text: str) -> str:
    """A text, cut where it seems made at random; what is legible behind base64 is none."""
    return _mask_tail(text) if is_random(text) and is_scattered(text) and not base64_text(text) else text


def _hides_secret(text: str) -> bool:
    return bool(secret_kind(text) or any(map(is_random, text.split())) or any(in_url(text)))


def _secret_cut(found: re.Match[str]) -> str:
    """What was found, the secret cut that ends it."""
    text = found[2]
    return found[0].removesuffix(text) + _mask_tail(text) if is_random(text) or _is_uuid(text) else found[0]


def _is_uuid(text: str) -> bool:
    """Whether a text is a UUID made at random, of which some have less entropy than other secrets."""
    return re.fullmatch(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text) is not None and (
        entropy(text) >= FORM_ENTROPY and not is_placeholder(text)
    )


def _mask_tail(text: str) -> str:
    return text[:4] + "*" * (len(text) - 4)
