"""What an address, a date and a length tell of a document, as columns to group by."""
