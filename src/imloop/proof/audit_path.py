"""The neighbours that prove an entry's place under a root: given out with a receipt, checked by ``root_by_path``."""

from __future__ import annotations

from collections.abc import Sequence

from imloop.proof.journal import leaf, node


def audit_path(algorithm: str, hashes: Sequence[str], index: int) -> list[str]:
    """Audit path of the entry at ``index`` (RFC 9162): the neighbours to hash with, in hex, from the leaf up."""
    level, found = [leaf(algorithm, each) for each in hashes], []
    while len(level) > 1:
        neighbour = index ^ 1
        if neighbour < len(level):
            found.append(level[neighbour].hex())
        paired = [node(algorithm, level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + ([level[-1]] if len(level) % 2 else [])
        index //= 2
    return found
