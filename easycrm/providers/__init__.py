"""The only place that knows Google or Microsoft."""

import warnings

# authlib prefers httpx2 and says so at every start; EasyCRM has one HTTP client, httpx.
warnings.filterwarnings("ignore", message="The httpx module is deprecated")
