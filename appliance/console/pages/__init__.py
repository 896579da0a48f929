"""The console's pages: what people see in a browser. Server-rendered, English and Korean, quick, honest about age.

How a page is made (other rooms of the console add theirs in the same way):

    <area>.py                an APIRouter; reads, then `frame.page(request, "<area>/<page>.html", here="<area>", …)`
    templates/<area>/*.html  extends "frame.html": blocks `title`, `main`
    texts/<area>.toml        every word of it in both languages; `t("<area>.<key>", n=3)` in the template
    navigation.py            one line, if it belongs in the menu
    people_routes.py         its router

No scripts and no styles inside the HTML (the content security policy forbids both); JavaScript only adds to what works
without it. Numbers, ages and times are written by `s` (`shown.Shown`) in the reader's language and time zone. Must not
write to the database itself, nor decide who may see what: `console.reading` and `console.people` do.
"""
