// Lets xterm.js live under a policy that forbids inline style.
// Invariant: no <style> element and no style attribute is ever made from text; constructed sheets and properties are.

const make = Document.prototype.createElement.bind(document);

/** Stands for a <style>; not one itself, for even an empty one breaks the policy. */
function styleElement(): HTMLElement {
  const element = make("template");
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  Object.defineProperty(element, "textContent", {
    configurable: true,
    get: () => "",
    set: (text: string) => sheet.replaceSync(text),
  });
  const remove = element.remove.bind(element);
  element.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    remove();
  };
  return element;
}

/** Style by its properties, which the policy allows, in place of the attribute's text, which it does not. */
function setAttribute(this: HTMLElement, name: string, value: string): void {
  if (name === "style") this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
}

function spanElement(): HTMLElement {
  const element = make("span");
  element.setAttribute = setAttribute;
  return element;
}

function createElement(name: string, options?: ElementCreationOptions): HTMLElement {
  if (name === "style") return styleElement();
  return name === "span" ? spanElement() : make(name, options);
}

/** The document, except that what it makes needs no inline style. */
export function documentWithSheets(): Document {
  return new Proxy(document, {
    get(target, key) {
      if (key === "createElement") return createElement;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** While this runs the page's own document is such a one: parts of xterm.js ask it in spite of `documentOverride`. */
export function withSheets(act: () => void): void {
  Object.defineProperty(document, "createElement", { configurable: true, value: createElement });
  try {
    act();
  } finally {
    Reflect.deleteProperty(document, "createElement");
  }
}

/** Applies a text of style to the whole page. */
export function adopt(text: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets.push(sheet);
}
