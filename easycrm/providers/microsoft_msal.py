"""msal behind types: one confidential client per call, over our HTTP client, in a thread, and forgotten afterwards."""

import asyncio
import warnings
from collections.abc import Callable
from typing import Any, cast

import httpx
import msal  # pyright: ignore[reportMissingTypeStubs]
from msal.exceptions import MsalServiceError  # pyright: ignore[reportMissingTypeStubs]

from easycrm.core.log import redact
from easycrm.providers import http
from easycrm.providers.base import ProviderConfig
from easycrm.providers.errors import ConsentFailed, ProviderError, ProviderUnavailable

# A POST from Microsoft's site would arrive without our SameSite=Lax cookie, so the answer comes in the query.
warnings.filterwarnings("ignore", message="response_mode='form_post'")

LOGIN = "https://login.microsoftonline.com"
Answer = dict[str, Any]


async def call(config: ProviderConfig, work: Callable[[Any], Any]) -> Answer:
    """What msal's application answers to `work`; nothing of it, tokens in its cache included, outlives the call."""
    return await asyncio.to_thread(_call, config, work)


def _call(config: ProviderConfig, work: Callable[[Any], Any]) -> Answer:
    try:
        with httpx.Client(**http.sign_in_options(blocking=True)) as client:
            application = msal.ConfidentialClientApplication(
                config.client_id,
                client_credential=config.client_secret,
                authority=f"{LOGIN}/{config.tenant}",
                http_client=client,
                instance_discovery=False,
            )
            return cast("Answer", work(application))
    except ProviderError:
        raise
    except (httpx.HTTPError, MsalServiceError) as error:
        raise ProviderUnavailable(code=type(error).__name__) from error
    except RuntimeError as error:
        # The one check msal makes of an id_token is its nonce.
        raise ConsentFailed(code="id_token_refused", detail=str(redact(str(error)))[:100]) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProviderUnavailable(code="not_understood", detail=type(error).__name__) from error
