"""What a test needs to read the page of all teams as a person does."""

import re


def plain(html: str) -> str:
    """The text that is shown."""
    body = html[html.index("<body") : html.index("<script")]
    text = re.sub(r"<[^>]+>", " ", body).replace("\u00a0", " ").replace("&#39;", "'")
    return " ".join(text.split()).replace(" ,", ",")


def who(html: str) -> dict[str, list[str]]:
    """Each row of the list on top: what is said, and of which teams, in the order shown."""
    rows = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", html, re.DOTALL)
    return {
        re.sub(r"<b>.*|<[^>]+>", "", what).strip(): re.findall(r"<a [^>]*>(.*?)</a>", names)
        for what, names in rows
    }
