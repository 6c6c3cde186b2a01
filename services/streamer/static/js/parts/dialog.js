// Questions that must be answered, and messages that pass.
import { h } from "./dom.js";

/**
 * Ask for a decision.
 * @returns {Promise<string>} the value of the button; "" where the dialog was dismissed
 */
export function decide(title, text, buttons) {
  const dialog = h(
    "dialog",
    { "aria-labelledby": "decide-title" },
    h(
      "form",
      { method: "dialog" },
      h("h2", { id: "decide-title" }, title),
      h("p", {}, text),
      h(
        "div",
        { class: "ends" },
        buttons.map(({ value, label, kind = "" }) =>
          h("button", { class: `button ${kind}`, value, type: "submit" }, label),
        ),
      ),
    ),
  );
  return show(dialog);
}

/** Show a dialog until it is closed; return its value. */
export function show(dialog) {
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
    dialog.showModal();
  });
}

/** Say something for a few seconds, with at most one thing to do about it. */
export function toast(text, { bad = false, action } = {}) {
  const element = h("div", { class: bad ? "toast bad" : "toast" }, h("span", {}, text));
  if (action) {
    const act = () => {
      element.remove();
      action.run();
    };
    element.append(h("button", { type: "button", on: { click: act } }, action.label));
  }
  document.getElementById("toasts").replaceChildren(element);
  setTimeout(() => element.remove(), bad || action ? 9000 : 4000);
}
