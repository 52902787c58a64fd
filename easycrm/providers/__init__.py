"""The only place that knows Google or Microsoft."""

import warnings

from authlib.deprecate import AuthlibDeprecationWarning

# authlib prefers httpx2 and insists on saying so at every start; EasyCRM has one HTTP client, httpx.
warnings.simplefilter("ignore", AuthlibDeprecationWarning)
