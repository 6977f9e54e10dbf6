"""Proceedings about a vehicle: scrappage."""
