"""Whetstone's frame: this file is the server's definition and the script that each page run executes.

Imported (by `streamlit run app.py` or `uvicorn app:app`) it defines the server; run as `__main__` it draws the frame.
No domain logic belongs here.
"""

import streamlit as st

if __name__ == "__main__":
    from pages._ui import frame

    frame.draw()
else:
    from pages._ui import server

    app = st.App(__file__, lifespan=server.lifespan, routes=server.ROUTES, middleware=server.MIDDLEWARE)
