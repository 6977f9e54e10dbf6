"""An empty database becomes the small city of the stories, with keys and one receiver outside:
``seed.py RECEIVER_URL``.

Prints ``{"pairs": [[station, shop]], "office": code, "keys": {code: key}}``.
"""

from __future__ import annotations

import json
import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from support.city import FAR, LISTED, NEAR, OTHER, PLACE, City  # noqa: E402
from support.stories.outside import receiver_outside  # noqa: E402

OFFICE = f"{PLACE}-environment"


def main(receiver: str) -> None:
    call_command("migrate", verbosity=0)
    city = City.build()
    receiver_outside("outside", receiver, party=OFFICE, name="外部平台")
    codes = (NEAR, FAR, LISTED, OTHER, OFFICE, f"{PLACE}-transport")
    keys = {code: city.key(code) for code in codes}
    print(json.dumps({"pairs": [[NEAR, LISTED], [FAR, OTHER]], "office": OFFICE, "keys": keys}))


if __name__ == "__main__":
    main(sys.argv[1])
