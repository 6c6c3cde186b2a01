// Elements from data. Text is only ever set as text: what people name their lines cannot become markup.

/**
 * Make an element.
 * @param {string} tag
 * @param {object} [attributes] `on` holds listeners, `data` the dataset; null and false leave an attribute out
 * @param {...(Node|string|number|null|Array)} children
 */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** Make an SVG element. */
export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === "data") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

/** Set the text of an element, if it differs: what does not change is not announced again. */
export function setText(element, text) {
  if (element.textContent !== String(text)) element.textContent = text;
}

/** Set a number and let it glow for a moment if it changed. */
export function setNumber(element, text) {
  const before = element.textContent;
  setText(element, text);
  if (!before || before === "–" || before === element.textContent) return;
  element.classList.remove("changed");
  void element.offsetWidth; // starts the animation again
  element.classList.add("changed");
}

/** Offer `wanted`, pairs of a value and what people call it, and choose `value`. */
export function setOptions(select, wanted, value) {
  const text = JSON.stringify(wanted);
  if (select.dataset.options !== text) {
    select.dataset.options = text;
    select.replaceChildren(...wanted.map(([id, label]) => h("option", { value: id }, label)));
  }
  select.value = value;
}
