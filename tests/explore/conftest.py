"""One explorer and one browser for all tests of its page."""

from tests.explore.browsing import browser, explorer, page

__all__ = ["browser", "explorer", "page"]
