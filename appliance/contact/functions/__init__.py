"""Local functions: what a flow's InvokeLambdaFunction reaches in the branch.

`service` is a process of its own beside the contact processes; these import `client` and `messages` only, so that no
HTTP library ever comes into their memory.
"""
