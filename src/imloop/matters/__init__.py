"""What departments decide step by step: applications, suspensions, revocations, scrappage. Tables of state × event."""
