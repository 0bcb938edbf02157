"""What people do to the ledger on a page."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.ui.reading import said


def _page() -> None:
    import streamlit as st

    from watchroom.errors import Refused
    from watchroom.ui.acting import act, say_done

    def refused() -> None:
        raise Refused("It is not yours.", next_step="Ask them.")

    say_done()
    if st.button("Do", key="do"):
        act(lambda: None, "Done.")
    if st.button("Refuse", key="refuse"):
        act(refused, "Done.")


def test_what_was_done_is_said_once_and_what_is_refused_as_the_ledger_says_it():
    app = AppTest.from_function(_page).run()
    app.button(key="do").click().run()
    assert [toast.value for toast in app.toast] == ["Done."]
    assert not app.run().toast
    app.button(key="refuse").click().run()
    assert not app.toast
    assert "It is not yours." in said(app)
