"""The console's database: PostgreSQL, or SQLite for one process. `tables` says what is kept, `migrations` how it came
to be so, `engine` opens it. The only room of the console that knows which of the two it is.
"""
