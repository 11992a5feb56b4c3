"""Where records begin and end in stored bytes: compressed members, record headers, damage and the way on after it."""
