"""docs/law-keys.md: the words of the law's data, from their declaration, with what the shipped texts say of each."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

HEAD = """\
# The keys of the law's data

Every key a law file may use (`src/imloop/law/words.yaml`). `imloop law check` refuses any other key, a value of
another kind, a word that is not listed and another unit. A file decides by most of them; what nobody decides by
is told to people as it stands (`law show` and the page `/law` say so). How a file is written: [law.md](law.md).

| kind | a value is |
|---|---|
| flag | true or false |
| clause | true: the row only carries a citation; end it with `until` where it no longer holds |
| whole, number, share | a whole number from 0 on, a number from 0 on, a number from 0 to 1 |
| signed | a number, also below 0 |
| day | a date |
| word, words | one of the words named, or a list of them |
| papers | a list of sets of papers joined by `+`; any one of the sets suffices |
| text, texts | words of one's own, or a list of them |

What a key says is given in the words of a shipped text; an empty field is a key that none of them uses.
"""


def law_keys_page() -> str:
    return HEAD + "".join(_subjects())


def _subjects() -> Iterator[str]:
    from imloop.law import load
    from imloop.law.words import WORDS, Word

    says: dict[str, str] = {}
    for key, values in load().values.items():
        if key in WORDS:
            says.setdefault(WORDS[key].pattern, values[0].says)
    words: dict[str, Word] = {word.pattern: word for word in WORDS.values()}
    for subject, patterns in groupby(sorted(words), key=lambda pattern: pattern.partition(".")[0]):
        yield f"\n## {subject}\n\n| key | kind | unit | says | decided by |\n|---|---|---|---|---|\n"
        for pattern in patterns:
            word = words[pattern]
            by = f"`{word.by}`" if word.by else "–"
            yield f"| `{pattern}` | {_kind(word.kind, word.words, word.like)} | {'、'.join(word.units) or '–'} "
            yield f"| {says.get(pattern, '').replace('|', '¦')} | {by} |\n"


def _kind(kind: str, words: tuple[str, ...], like: str) -> str:
    if words:
        return f"{kind}: {' · '.join(f'`{word}`' if word else 'none' for word in words)}"
    return f"{kind}: like `{like}`" if like else kind
