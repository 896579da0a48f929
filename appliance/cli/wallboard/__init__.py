"""The live board of `linekeeper top` (textual): what it shows and how it looks. It only asks, and changes nothing."""
