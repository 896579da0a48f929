"""What goes down to the boxes: what admins want of a branch, orders signed and numbered, bundles and prompts as blobs.

Must not decide what a box makes of it: the box validates, applies, and tells.
"""
