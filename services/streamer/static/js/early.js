// Before the first paint, and before anything else can fail.

// The theme that the reader chose, if not the system's.
try {
  const theme = localStorage.getItem("turnstile-theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Storage is blocked: the system's theme it is.
}

// A network that changes while the page loads makes browsers give up on its files: it is loaded again.
let again = 0;
addEventListener(
  "error",
  ({ target }) => {
    if (target instanceof HTMLScriptElement || target instanceof HTMLLinkElement)
      again ||= setTimeout(() => location.reload(), 1500);
  },
  true,
);
