// Lets xterm.js live under a policy that forbids inline style.
// Invariant: no <style> element and no style attribute is ever made from text; constructed sheets and properties are.

/** Stands for a <style>; not one itself, for even an empty one breaks the policy. */
function styleElement(): HTMLElement {
  const element = Document.prototype.createElement.call(document, "template");
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

/**
 * While this runs, a <style> that anybody makes is such a one. xterm.js makes all of its own when it is opened;
 * its `documentOverride` reaches only some of them.
 */
export function withSheets(open: () => void): void {
  const createElement = (name: string, options?: ElementCreationOptions) =>
    name === "style" ? styleElement() : Document.prototype.createElement.call(document, name, options);
  Object.defineProperty(document, "createElement", { configurable: true, value: createElement });
  try {
    open();
  } finally {
    Reflect.deleteProperty(document, "createElement");
  }
}

/**
 * Colours beyond the palette xterm.js writes into the style attribute of a <span>, as text, which the policy forbids;
 * set by properties they are allowed.
 */
export function styleByProperties(): void {
  HTMLSpanElement.prototype.setAttribute = function (name: string, value: string): void {
    if (name === "style") this.style.cssText = value;
    else Element.prototype.setAttribute.call(this, name, value);
  };
}

/** Applies a text of style to the whole page. */
export function adopt(text: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets.push(sheet);
}
