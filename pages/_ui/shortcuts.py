"""Keyboard shortcuts that also work while the cursor is in the code editor."""

import streamlit as st

# The code editor lives in a frame of its own, whose key presses do not reach the page: Mod+Enter and Mod+S are handed
# over to it. The text is a constant; nothing a person typed gets near it.
_SCRIPT = """<script>
(() => {
  const hand = (event) => {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || (key !== "enter" && key !== "s")) return;
    event.preventDefault();
    event.stopPropagation();
    const copy = { key: event.key, code: event.code, keyCode: event.keyCode, which: event.which, ctrlKey: event.ctrlKey,
                   metaKey: event.metaKey, bubbles: true, cancelable: true };
    // The editor sends its text after a short pause in typing; the shortcut must not overtake it.
    setTimeout(() => document.body.dispatchEvent(new KeyboardEvent("keydown", copy)), 350);
  };
  const attach = () => document.querySelectorAll('iframe[title="streamlit_ace.streamlit_ace"]').forEach((frame) => {
    const inner = frame.contentDocument;
    if (!inner || inner.whetstoneKeys) return;
    inner.whetstoneKeys = true;
    inner.addEventListener("keydown", hand, true);
  });
  attach();
  clearInterval(window.whetstoneKeys);
  window.whetstoneKeys = setInterval(attach, 1000);
})();
</script>"""


def editor_shortcuts() -> None:
    """Draw once on a page with a code editor."""
    st.html(_SCRIPT, unsafe_allow_javascript=True)
