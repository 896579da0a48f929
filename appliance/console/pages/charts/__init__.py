"""PURE: charts as inline SVG and the HTML around them, made on the server: no script, nothing said by colour alone.

Shapes are stretched to the place they get, words stay words beside them, so a chart is readable on a phone. Each says
in one sentence what it shows, for those who don't see it; pages put the same figures into a table below.
"""
