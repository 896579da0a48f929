"""People of the console: who they are, how they prove it, what they may do and where.

Rules over values: `roles` `passwords` `totp` `session_tokens` `throttle`. With the database: `log_in` `sessions`
`attempts` `hashing` `keeping` `vault`. Before the routes: `security_headers` `limits` `own_site`. For the routes:
`present` (who asks, what they may), `forms` (CSRF), `refusals` (what somebody turned away is told).
"""
