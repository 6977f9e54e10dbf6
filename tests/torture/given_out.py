"""What an installation has given out, as JSON: keys, numbers, and each place in the feed with its receiver."""

from __future__ import annotations

import json

import django

django.setup()

from imloop.store.models import Case, Notice, OutboxEntry, Repair, Test  # noqa: E402


def main() -> None:
    found = {
        "seq": dict(OutboxEntry.objects.values_list("id", "receiver")),
        "case": list(Case.objects.values_list("case_no", flat=True)),
        "notice": list(Notice.objects.values_list("notice_no", flat=True)),
        "report": [receipt["report"] for receipt in Test.objects.values_list("receipt", flat=True)],
        "test": list(Test.objects.values_list("id", flat=True)),
        "repair": list(Repair.objects.values_list("id", flat=True)),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
