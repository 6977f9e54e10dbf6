"""Photographs of paper on forms and pages: which came with a form, which there are, which are missing."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from imloop.facts.pictures import LARGEST
from imloop.pages.guard import words
from imloop.steps.outages.paper_files import Photograph
from imloop.steps.outages.unlock_texts import PAPERS, photographs
from imloop.store.models import PaperUnlock


def sent_photographs(request: HttpRequest) -> list[Photograph]:
    """Of a form with a field ``photo_NAME`` for each paper; a larger file than is kept is not read into memory."""
    found = []
    for paper in PAPERS:
        file = request.FILES.get(f"photo_{paper}")
        if isinstance(file, UploadedFile):
            found.append(Photograph(paper, file.name or "", file.read(LARGEST + 1)))
    return found


def photograph_rows(row: PaperUnlock) -> dict[str, object]:
    """``files``: (what it shows, file); ``missing``: what there is no picture of; ``asked``: by the law of its day."""
    shown = photographs(row)
    return {
        "asked": shown.asked,
        "files": [(words(PAPERS[each.paper]), each) for each in shown.files],
        "missing": [words(PAPERS[name]) for name in shown.missing],
    }
