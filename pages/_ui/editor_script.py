"""What the code editor does not do by itself: hand shortcuts to the page, and leave Enter to the person."""

import streamlit as st

# The code editor lives in a frame of its own, whose key presses do not reach the page: Mod+Enter and Mod+S are handed
# over to it. Its completion list opens by itself and takes Enter, which in prose inserts words that nobody wrote: it is
# turned off. The text is a constant; nothing a person typed gets near it.
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
    if (!inner) return;
    const editor = inner.querySelector(".ace_editor")?.env?.editor;
    if (editor?.getOption("enableLiveAutocompletion"))
      editor.setOptions({ enableLiveAutocompletion: false, enableBasicAutocompletion: false, enableSnippets: false });
    if (editor?.session.getOption("indentedSoftWrap")) editor.session.setOption("indentedSoftWrap", false);
    if (inner.whetstoneKeys) return;
    inner.whetstoneKeys = true;
    inner.addEventListener("keydown", hand, true);
  });
  attach();
  clearInterval(window.whetstoneKeys);
  window.whetstoneKeys = setInterval(attach, 300);
})();
</script>"""


def editor_script() -> None:
    """Draw once on a page with a code editor."""
    st.html(_SCRIPT, unsafe_allow_javascript=True)
