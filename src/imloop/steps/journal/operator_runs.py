"""What is done from the server's command line: by whom and what for, and in whose name."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from imloop.facts.refusal import NotAllowed
from imloop.facts.text import Text
from imloop.steps.ground.access import OFFICES, SYSTEM, Caller, caller_for
from imloop.steps.ground.ledger import writing
from imloop.steps.ground.registers import any_party
from imloop.store.models import User

_MOST = 200


@dataclass(frozen=True, slots=True)
class Run:
    """``command``: its words, without what they are applied to; ``person``: as said, empty: nobody was named;
    ``os_user``: as the system knows who runs it."""

    command: str
    os_user: str
    person: str = ""
    purpose: str = ""
    version: str = ""

    @property
    def by(self) -> str:
        return self.person or self.os_user


def note_run(run: Run, now: datetime) -> None:
    """Kept before the command acts, whatever becomes of it."""
    with writing(now, SYSTEM) as ledger:
        said = {**asdict(run), "person": run.by, "purpose": run.purpose[:_MOST]}
        ledger.note("cli-run", run.command, said)


def act_for(run: Run, code: str, now: datetime) -> Caller:
    """A party as the operator acts for it. Of a department it is somebody of its own, whose name was said, as it
    decides by a person; and the department is told."""
    with writing(now, SYSTEM) as ledger:
        party = any_party(code)
        if party.kind not in OFFICES:
            return caller_for(party, "cli")
        if not User.objects.filter(username=run.person, party__code=code, is_active=True).exists():
            raise NotAllowed(
                "person-needed",
                Text(
                    f"部门的决定由人作出：请用 --person 写明 {code} 的一个在用账号。",
                    f"A department decides by a person: name an open account of {code} with --person.",
                ),
            )
        ledger.tell(code, "operator-acted", run.person, {**asdict(run), "purpose": run.purpose[:_MOST]})
    return caller_for(party, run.person)
