"""Sphinx with furo for the page, and MyST-NB for the text, whose cells run while the pages are built."""

import symrnn

project = "symrnn"
author = "The symrnn authors"
project_copyright = "2026, The symrnn authors"
version = release = symrnn.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "jupyter_execute", "measured"]
html_theme = "furo"
html_title = f"symrnn {release}"
html_static_path = ["_static"]
html_css_files = ["page.css"]
html_copy_source = False
html_show_sphinx = False

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_merge_streams = True

autodoc_member_order = "bysource"
nitpicky = False
