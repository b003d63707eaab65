"""Names reduced to plain letters, so that "Łódź", "Lodz" and "LODZ" are one word to a search.

Pure: standard library only. Unicode's compatibility decomposition (NFKD) parts most letters from
their marks; the letters that it leaves whole, such as Ł, Ø and Đ, have a map of their own here.
"""

import re
import unicodedata
from itertools import zip_longest

LONGEST = 80
"""Folded words are cut to this many characters: on both sides, so that they still meet."""

JOINER = "-"

# Signs inside a word: "O'Neill" is written ONeill and O Neill too. Any dash counts as well.
JOINERS = str.maketrans(dict.fromkeys("'’‘‛`´ʹʻʼʽʾʿˈ′＇·‧・", JOINER))

# Lower-case letters that Unicode does not take apart.
LETTERS = str.maketrans(
    {
        "æ": "ae",
        "ð": "d",
        "ø": "o",
        "þ": "th",
        "đ": "d",
        "ħ": "h",
        "ı": "i",
        "ĸ": "k",
        "ł": "l",
        "ŋ": "n",
        "œ": "oe",
        "ŧ": "t",
        "ƀ": "b",
        "ɓ": "b",
        "ƈ": "c",
        "ɖ": "d",
        "ɗ": "d",
        "ǝ": "e",
        "ə": "e",
        "ɛ": "e",
        "ɠ": "g",
        "ǥ": "g",
        "ɨ": "i",
        "ƙ": "k",
        "ƚ": "l",
        "ɲ": "n",
        "ɔ": "o",
        "ƭ": "t",
        "ʉ": "u",
        "ʋ": "v",
        "ƴ": "y",
        "ƶ": "z",
        # Arabic letters that are typed one for the other; the stretching sign is no letter.
        "ى": "ي",
        "ی": "ي",
        "ک": "ك",
        "ة": "ه",
        "ـ": "",
    }
)


def fold(text: str) -> str:
    """`text` in lower-case letters without marks, and digits; folding twice changes nothing.

    Signs inside a word (apostrophe, hyphen) become "-", everything else one space.
    """
    apart = unicodedata.normalize("NFKD", text.translate(JOINERS))
    for _pass in range(2):  # folding case can bring forth letters that come apart once more
        apart = unicodedata.normalize("NFKD", apart.casefold().translate(LETTERS))
    return " ".join("".join(map(_plain, apart.translate(JOINERS))).split())


def _plain(sign: str) -> str:
    category = unicodedata.category(sign)
    if category[0] in "LN" or category == "Mc":
        return sign
    if category == "Pd":
        return JOINER
    return "" if category in {"Mn", "Me", "Cf"} else " "


def solid(text: str) -> str:
    """The folded text in one piece: "Smith-Jones" and "Smith Jones" give "smithjones"."""
    return _joined(fold(text))


def _joined(folded: str) -> str:
    return folded.replace(JOINER, "").replace(" ", "")


def key(text: str) -> str:
    """`solid` as it is stored and compared, cut to LONGEST."""
    return solid(text)[:LONGEST]


def typed_words(text: str) -> tuple[str, ...]:
    """The words that somebody typed to find a name, each to be the beginning of a word of it.

    What stands in brackets is left out: the banner's "NOVAK, Irena (Ms)" can be pasted.
    """
    words = (_joined(word)[:LONGEST] for word in fold(re.sub(r"\([^)]*\)", " ", text)).split())
    return tuple(dict.fromkeys(word for word in words if word))


def name_words(family_name: str, given_names: str) -> frozenset[str]:
    """The words by whose beginnings a name is found.

    The parts of double names, each double name in one piece, and the whole name in one piece, as
    Chinese names are typed. A word that begins another of them is not kept: it finds nothing more.
    """
    family, given = fold(family_name), fold(given_names)
    both = f"{family} {given}"
    pieces = {*re.split("[ -]", both), *map(_joined, both.split()), _joined(given), _joined(both)}
    words = sorted({piece[:LONGEST] for piece in pieces} - {""})
    return frozenset(
        word
        for word, after in zip_longest(words, words[1:], fillvalue="")
        if not after.startswith(word)
    )


def sort_name(family_name: str, given_names: str) -> str:
    """What a list of names is ordered by: at most twice LONGEST and the space between."""
    return f"{key(family_name)} {fold(given_names)[:LONGEST]}"
