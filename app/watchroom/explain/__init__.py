"""Why a logged model decided: it is loaded in a process of its own, which can do little, and explained there.

`process.Explainer` is what the other rooms use; `contract` says in which words. Everything else runs in the child.
"""
