"""Links opened inside another app: which app, whether it can use passkeys, and how to get out keeping the place.

Promises: a guess from the User-Agent that only ever adds advice; the page's script asks the browser itself. Nothing is refused.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ledger.core.evidence.answers import Language

_APPS: Final = (  # what the User-Agent holds, and what people call the app
    ("MicroMessenger", {"en": "WeChat", "zh": "微信"}),
    ("wxwork", {"en": "WeCom", "zh": "企业微信"}),
    ("AlipayClient", {"en": "Alipay", "zh": "支付宝"}),
    ("DingTalk", {"en": "DingTalk", "zh": "钉钉"}),
    ("Lark/", {"en": "Lark", "zh": "飞书"}),
    ("Weibo", {"en": "Weibo", "zh": "微博"}),
    ("QQ/", {"en": "QQ", "zh": "QQ"}),
    ("aweme", {"en": "Douyin", "zh": "抖音"}),
    ("BytedanceWebview", {"en": "Douyin", "zh": "抖音"}),
    ("FBAN", {"en": "Facebook", "zh": "Facebook"}),
    ("FBAV", {"en": "Facebook", "zh": "Facebook"}),
    ("Instagram", {"en": "Instagram", "zh": "Instagram"}),
    ("Line/", {"en": "LINE", "zh": "LINE"}),
    ("; wv)", {"en": "an app", "zh": "应用"}),
)


@dataclass(frozen=True)
class Browser:
    """What the page says about the reader's browser; `app` is None for a browser, `intent` opens the link outside of the app."""

    app: str | None
    intent: str | None
    link: str


def browser_of(user_agent: str, link: str, language: Language) -> Browser:
    """Return the advice for this User-Agent; `link` is the address that keeps the reader's place."""
    app = next((names[language] for mark, names in _APPS if mark in user_agent), None)
    return Browser(app, _way_out(user_agent, link) if app else None, link)


def _way_out(user_agent: str, link: str) -> str | None:
    """Return an address that opens `link` in the phone's browser, where the phone has one."""
    parts = urlsplit(link)
    rest = link.partition("://")[2]
    if "Android" in user_agent:
        return f"intent://{rest}#Intent;scheme={parts.scheme};action=android.intent.action.VIEW;end"
    if "iPhone" in user_agent or "iPad" in user_agent:
        return f"x-safari-{parts.scheme}://{rest}"
    return None
