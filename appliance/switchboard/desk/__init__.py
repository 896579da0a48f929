"""The desk: where box functions are answered, which feature codes and flows call (`appliance.features` adds them).

`desk` checks who asks and finds the handler in `book`; handlers lie in one module a subject.
"""
