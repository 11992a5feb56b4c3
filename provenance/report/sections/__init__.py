"""The sections of the page: what each holds, ready for its template."""
