"""Views: from data and wishes to plots and static HTML."""

import xarray  # noqa: F401 - it brings the accessor, which must find no module of this room half loaded
