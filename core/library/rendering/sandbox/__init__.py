"""What runs inside the rendering worker: Jinja2, behind guards.

Imports the standard library and jinja2 only, and itself relatively: the worker is started with `-I`, far from `core`.
Imports nothing here, so that `core` can read the limits without loading Jinja2.
"""
