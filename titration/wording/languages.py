"""Languages by their BCP 47 tags: their names, and which way they are written."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LANGUAGES = {
    "en-GB": gettext_lazy("English"),
    "sq": gettext_lazy("Albanian"),
    "am": gettext_lazy("Amharic"),
    "ar": gettext_lazy("Arabic"),
    "bn": gettext_lazy("Bengali"),
    "bg": gettext_lazy("Bulgarian"),
    "zh-Hans": gettext_lazy("Chinese, simplified"),
    "zh-Hant": gettext_lazy("Chinese, traditional"),
    "fr": gettext_lazy("French"),
    "de": gettext_lazy("German"),
    "el": gettext_lazy("Greek"),
    "gu": gettext_lazy("Gujarati"),
    "hi": gettext_lazy("Hindi"),
    "hu": gettext_lazy("Hungarian"),
    "ga": gettext_lazy("Irish"),
    "it": gettext_lazy("Italian"),
    "ku": gettext_lazy("Kurdish, Kurmanji"),
    "ckb": gettext_lazy("Kurdish, Sorani"),
    "lt": gettext_lazy("Lithuanian"),
    "ne": gettext_lazy("Nepali"),
    "ps": gettext_lazy("Pashto"),
    "fa": gettext_lazy("Persian"),
    "pl": gettext_lazy("Polish"),
    "pt": gettext_lazy("Portuguese"),
    "pa": gettext_lazy("Punjabi"),
    "ro": gettext_lazy("Romanian"),
    "ru": gettext_lazy("Russian"),
    "gd": gettext_lazy("Scottish Gaelic"),
    "so": gettext_lazy("Somali"),
    "es": gettext_lazy("Spanish"),
    "ta": gettext_lazy("Tamil"),
    "ti": gettext_lazy("Tigrinya"),
    "tr": gettext_lazy("Turkish"),
    "uk": gettext_lazy("Ukrainian"),
    "ur": gettext_lazy("Urdu"),
    "vi": gettext_lazy("Vietnamese"),
    "cy": gettext_lazy("Welsh"),
}
_RIGHT_TO_LEFT = frozenset(
    ("ar", "arc", "ckb", "dv", "fa", "he", "ks", "pnb", "ps", "sd", "syr", "ug", "ur", "yi")
)
_RIGHT_TO_LEFT_SCRIPTS = frozenset(("adlm", "arab", "hebr", "nkoo", "rohg", "syrc", "thaa"))
# Language, script, region and variants (RFC 5646); no extensions and no private use.
_TAG = re.compile(
    r"[a-z]{2,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*",
    re.IGNORECASE | re.ASCII,
)


def language_tag(text: str) -> str | None:
    """A typed tag in its usual letters: "zh-hans-cn" is "zh-Hans-CN". None when it is no tag."""
    text = text.strip().replace("_", "-")
    if not _TAG.fullmatch(text) or len(text) > 35:
        return None
    first, *rest = text.lower().split("-")
    return "-".join([first, *map(_cased, rest)])


def _cased(part: str) -> str:
    if len(part) == 4 and part.isalpha():
        return part.title()
    return part.upper() if len(part) == 2 else part


def language_words(tag: str) -> str:
    """The name of a language with its tag: "Welsh (cy)"; the tag alone where we know no name."""
    name = LANGUAGES.get(tag)
    return _("%(name)s (%(tag)s)") % {"name": name, "tag": tag} if name else tag


def is_english(tag: str) -> bool:
    return tag.split("-")[0] == "en"


def is_right_to_left(tag: str) -> bool:
    """Whether the language is written from right to left, by its script or else by itself."""
    first, *rest = tag.lower().split("-")
    scripts = [part for part in rest if len(part) == 4 and part.isalpha()]
    if scripts:
        return scripts[0] in _RIGHT_TO_LEFT_SCRIPTS
    return first in _RIGHT_TO_LEFT
