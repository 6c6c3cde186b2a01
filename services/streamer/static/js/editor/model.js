// What is edited, what is chosen, and the way back.
import { flaw } from "./shapes.js";

const STEPS = 200;

export class Model extends EventTarget {
  constructor(shapes) {
    super();
    this.load(shapes);
  }

  /** Begin anew with what is stored. */
  load(shapes) {
    this.shapes = shapes;
    this.stored = JSON.stringify(shapes);
    this.past = [];
    this.future = [];
    this.chosen = null;
    this.tell();
  }

  get dirty() {
    return JSON.stringify(this.shapes) !== this.stored;
  }

  get flaw() {
    return this.shapes.map((shape) => flaw(shape, this.shapes)).find(Boolean) ?? "";
  }

  find(key) {
    return this.shapes.find((shape) => shape.key === key);
  }

  choose(key) {
    if (this.chosen === key) return;
    this.chosen = key;
    this.tell();
  }

  /** Remember the state before a change; several with the same reason are one step. */
  mark(reason = null) {
    if (reason !== null && reason === this.reason) return;
    this.reason = reason;
    this.past.push(JSON.stringify(this.shapes));
    if (this.past.length > STEPS) this.past.shift();
    this.future = [];
  }

  /** Set fields of a shape. */
  set(key, fields, reason) {
    this.mark(reason);
    this.shapes = this.shapes.map((shape) => (shape.key === key ? { ...shape, ...fields } : shape));
    this.tell();
  }

  add(shape) {
    this.mark();
    this.shapes = [...this.shapes, shape];
    this.chosen = shape.key;
    this.tell();
  }

  remove(key) {
    this.mark();
    this.shapes = this.shapes.filter((shape) => shape.key !== key);
    this.tell();
  }

  undo() {
    this.step(this.past, this.future);
  }

  redo() {
    this.step(this.future, this.past);
  }

  step(from, to) {
    if (!from.length) return;
    to.push(JSON.stringify(this.shapes));
    this.shapes = JSON.parse(from.pop());
    this.reason = null;
    this.tell();
  }

  tell() {
    this.dispatchEvent(new Event("change"));
  }
}
