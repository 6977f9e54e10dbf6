"""The words of others and our facts: messages in, in whatever dialect; later couriers out."""
