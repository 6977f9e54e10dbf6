"""Who is behind a session is asked at one place: no door decides for itself whether somebody is let in."""

from __future__ import annotations

from support.repository import ROOT

SOURCE = ROOT / "src" / "imloop"
OWN_ACCOUNT = {"pages/accounts/account.py", "pages/accounts/log_in.py"}
"""Where a first password is replaced and a second factor set up: open before anybody is admitted."""
DECIDES = {"steps/accounts/admitted.py", "steps/ground/access.py"}


def test_only_the_own_account_goes_round_it() -> None:
    found = {
        str(file.relative_to(SOURCE))
        for folder in ("pages", "api", "exchange", "site")
        for file in (SOURCE / folder).rglob("*.py")
        if "caller_of(" in (text := file.read_text(encoding="utf-8")) or ".is_authenticated" in text
    }
    assert found == OWN_ACCOUNT


def test_first_password_and_second_factor_are_judged_once() -> None:
    found = {
        str(file.relative_to(SOURCE))
        for file in SOURCE.rglob("*.py")
        if "if user.must_change_password" in file.read_text(encoding="utf-8")
    }
    assert found == {"steps/accounts/admitted.py", "pages/accounts/account.py"}
