"""A browser profile that is watched: what it asks for, what goes wrong in it, what its policy stops."""

from __future__ import annotations

from typing import Any

#: What a page says of its own faults is handed to the test: a policy that stops something, an error nobody caught.
_REPORTER = """
addEventListener("securitypolicyviolation", (event) =>
  console.error("stopped by the policy: " + event.violatedDirective + " " + event.blockedURI));
"""


_UNTIL = """async () => {
  const begun = performance.now();
  while (!(CONDITION)) {
    if (performance.now() - begun > 15000) throw new Error("waited in vain");
    await new Promise((done) => setTimeout(done, 10));
  }
}"""


def until(page: Any, condition: str) -> None:
    """Wait until an expression is true on the page. Playwright's own way needs eval, which the policy stops."""
    page.evaluate(_UNTIL.replace("CONDITION", condition))


class Watched:
    """A context that can ask `site` for files and nothing else. `asked`: addresses, in order; `stopped`: those that are
    not of the site, which no page got."""

    def __init__(self, context: Any, site: str) -> None:
        self.context, self.site = context, site
        self.asked: list[str] = []
        self.stopped: list[str] = []
        self._faults: list[str] = []
        context.set_default_timeout(15_000)
        context.add_init_script(_REPORTER)
        context.route("**/*", self._route)
        context.on("console", self._said)
        context.on("weberror", lambda error: self._faults.append(f"not caught: {error.error}"))
        context.on("response", self._answered)

    def page(self, path: str = "", *, wait_until: str = "load") -> Any:
        """A page of the site, loaded."""
        page = self.context.new_page()
        page.goto(self.site + path, wait_until=wait_until)
        return page

    def faults(self) -> list[str]:
        """What went wrong: errors on the console, files that are not there, requests to elsewhere."""
        return [*self._faults, *(f"asked elsewhere: {address}" for address in self.stopped)]

    def forget(self) -> None:
        """Begin again with nothing asked and nothing wrong."""
        self.asked, self.stopped, self._faults = [], [], []

    def _route(self, route: Any) -> None:
        address = route.request.url
        if address.startswith(self.site) or address.startswith(("data:", "blob:")):
            self.asked.append(address)
            route.continue_()
        else:
            self.stopped.append(address)
            route.abort()

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self._faults.append(f"{message.type} on {message.page.url if message.page else '?'}: {message.text}")

    def _answered(self, response: Any) -> None:
        if response.status >= 400:
            self._faults.append(f"{response.status}: {response.url}")
