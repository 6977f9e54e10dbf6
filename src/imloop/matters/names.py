"""The words of a matter: its kinds, states, steps and roles. What each is called stands in ``labels``."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    ISTATION_APPLICATION = "istation-application"
    MSTATION_APPLICATION = "mstation-application"
    SUSPENSION = "suspension"
    STRIKE_OFF = "strike-off"
    REVOCATION = "revocation"
    WITHDRAWAL = "withdrawal"
    SCRAPPAGE = "scrappage"
    PENALTY = "penalty"
    SIMPLE_PENALTY = "simple-penalty"
    COMPLAINT = "complaint"

    @property
    def is_application(self) -> bool:
        return self in (Kind.ISTATION_APPLICATION, Kind.MSTATION_APPLICATION)

    @property
    def is_penalty(self) -> bool:
        return self in (Kind.PENALTY, Kind.SIMPLE_PENALTY)


class State(StrEnum):
    SUBMITTED = "submitted"
    RETURNED = "returned"
    REVIEW = "review"
    SITE_CHECK = "site_check"
    SELECTION = "selection"
    DECISION = "decision"
    APPROVED = "approved"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    OPENED = "opened"
    NOTIFIED = "notified"
    HEARING = "hearing"
    HEARD = "heard"
    IN_FORCE = "in_force"
    APPEALED = "appealed"
    OVERTURNED = "overturned"
    RESUMED = "resumed"
    FINAL = "final"
    DROPPED = "dropped"
    HANDED_OVER = "handed_over"
    DISMANTLED = "dismantled"
    MERGED = "merged"
    FILING = "filing"
    INVESTIGATING = "investigating"
    CASE_REVIEW = "case_review"
    NOTICE_DUE = "notice_due"
    DECIDED = "decided"
    SERVED = "served"
    DEMANDED = "demanded"
    AT_COURT = "at_court"
    NO_CASE = "no_case"
    TRANSFERRED = "transferred"
    ARCHIVED = "archived"
    RECEIVED = "received"
    TRIAGED = "triaged"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    ASSIGNED = "assigned"
    CHECKED = "checked"
    FOUNDED = "founded"
    PARTLY = "partly"
    UNFOUNDED = "unfounded"
    ANSWERED = "answered"
    RATED = "rated"
    REOPENED = "reopened"
    REWARD_DUE = "reward_due"
    PAID = "paid"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    CALLED_MALICIOUS = "called_malicious"
    MALICIOUS = "malicious"

    @property
    def is_open(self) -> bool:
        return self not in CLOSED


CLOSED = frozenset(
    {
        State.APPROVED,
        State.REFUSED,
        State.CANCELLED,
        State.OVERTURNED,
        State.RESUMED,
        State.FINAL,
        State.DROPPED,
        State.DISMANTLED,
        State.MERGED,
        State.NO_CASE,
        State.TRANSFERRED,
        State.ARCHIVED,
        State.NOT_ACCEPTED,
        State.PAID,
        State.CLOSED,
        State.WITHDRAWN,
        State.MALICIOUS,
    }
)


OF_THE_PARTY = frozenset(
    {
        State.RETURNED,
        State.NOTIFIED,
        State.IN_FORCE,
        State.SERVED,
        State.DEMANDED,
        State.ANSWERED,
        State.REWARD_DUE,
    }
)
"""States whose time runs for the party concerned, not for a department."""


class Step(StrEnum):
    APPLY = "apply"
    RETURN = "return"
    RESUBMIT = "resubmit"
    CANCEL = "cancel"
    ACCEPT = "accept"
    ACCEPT_DIRECTLY = "accept_directly"
    REVIEW = "review"
    CHECK_SITE = "check_site"
    RECOMMEND = "recommend"
    APPROVE = "approve"
    REFUSE = "refuse"
    OPEN = "open"
    NOTIFY = "notify"
    STATE = "state"
    ASK_HEARING = "ask_hearing"
    WAIVE_HEARING = "waive_hearing"
    NO_HEARING_ASKED = "no_hearing_asked"
    HOLD_HEARING = "hold_hearing"
    DECIDE = "decide"
    DROP = "drop"
    APPEAL = "appeal"
    UPHOLD = "uphold"
    OVERTURN = "overturn"
    RESUME = "resume"
    FINISH = "finish"
    HAND_OVER = "hand_over"
    CONFIRM_DISMANTLED = "confirm_dismantled"
    PAUSE = "pause"
    CONTINUE = "continue"
    EXTEND = "extend"
    ASSIGN = "assign"
    REQUIRE = "require"
    ACCEPT_AS_MET = "accept_as_met"
    MERGE = "merge"
    COPY = "copy"
    WITHDRAW_PUBLICATION = "withdraw_publication"
    PROPOSE = "propose"
    FILE = "file"
    NOT_FILE = "not_file"
    TRANSFER = "transfer"
    KEEP_EVIDENCE = "keep_evidence"
    SETTLE_EVIDENCE = "settle_evidence"
    REPORT = "report"
    SEND_BACK = "send_back"
    CLEAR = "clear"
    WEIGH = "weigh"
    REVIEW_LEGALLY = "review_legally"
    DISCUSS = "discuss"
    ANNOUNCE_HEARING = "announce_hearing"
    GIVE_UP_HEARING = "give_up_hearing"
    IMPOSE = "impose"
    SERVE = "serve"
    PUBLISH = "publish"
    PAY = "pay"
    PUT_OFF = "put_off"
    STAY = "stay"
    END_STAY = "end_stay"
    DEMAND = "demand"
    APPLY_TO_COURT = "apply_to_court"
    ARCHIVE = "archive"
    DECIDE_ON_THE_SPOT = "decide_on_the_spot"
    REPORT_TO_OFFICE = "report_to_office"
    RECEIVE = "receive"
    TRIAGE = "triage"
    REFER = "refer"
    NOT_ACCEPT = "not_accept"
    SEND_OUT = "send_out"
    LOOK_INTO = "look_into"
    FIND_TRUE = "find_true"
    FIND_PARTLY = "find_partly"
    FIND_UNTRUE = "find_untrue"
    ANSWER = "answer"
    RATE = "rate"
    REOPEN = "reopen"
    GRANT_REWARD = "grant_reward"
    PAY_REWARD = "pay_reward"
    FORFEIT = "forfeit"
    WITHDRAW = "withdraw"
    CALL_MALICIOUS = "call_malicious"
    CONFIRM_MALICIOUS = "confirm_malicious"
    DENY_MALICIOUS = "deny_malicious"


class Role(StrEnum):
    """Who may take a step. ``concerned``: the applicant, the station or the vehicle's owner; ``authority``: the
    environment department for I-stations and vehicles, the city's transport department for M-stations."""

    CONCERNED = "concerned"
    AUTHORITY = "authority"
    ENVIRONMENT = "environment"
    COUNTY_TRANSPORT = "county_transport"
    CITY_TRANSPORT = "city_transport"
    MARKET = "market"
    POLICE = "police"
    APPEAL = "appeal"
    SUPERVISOR = "supervisor"
    PAYER = "payer"
