"""What a page says of itself to machines: head, citation, history, addresses, preview pictures."""
