// Light, dark, or as the system has it.
import { icon } from "./icons.js";

const NEXT = { auto: "light", light: "dark", dark: "auto" };
const SAID = { auto: "as the system", light: "light", dark: "dark" };

/** Let a button change the theme. */
export function offerThemes(button) {
  const root = document.documentElement;
  const show = () => {
    const theme = root.dataset.theme ?? "auto";
    const label = `Theme: ${SAID[theme]}`;
    button.replaceChildren(icon(theme));
    button.setAttribute("aria-label", label);
    button.title = label;
  };
  button.addEventListener("click", () => {
    const theme = NEXT[root.dataset.theme ?? "auto"];
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    try {
      if (theme === "auto") localStorage.removeItem("turnstile-theme");
      else localStorage.setItem("turnstile-theme", theme);
    } catch {
      // Storage is blocked: the choice lasts as long as the page.
    }
    show();
  });
  show();
}
