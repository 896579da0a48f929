"""The handlers, one module a family; each ends with its ROWS of the table."""
