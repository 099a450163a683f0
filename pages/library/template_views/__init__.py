"""The views of one template, one module each with `draw(template)`; only the open one runs."""
