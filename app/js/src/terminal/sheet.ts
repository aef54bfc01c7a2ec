// Lets xterm.js live under a policy that forbids inline style.
// Invariant: no <style> element ever holds text; constructed sheets do.

function styleElement(): HTMLStyleElement {
  const element = document.createElement("style");
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

/** The document, except that a <style> made by it fills a constructed sheet. */
export function documentWithSheets(): Document {
  return new Proxy(document, {
    get(target, key) {
      if (key === "createElement") {
        return (name: string, options?: ElementCreationOptions) =>
          name === "style" ? styleElement() : target.createElement(name, options);
      }
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Applies a text of style to the whole page. */
export function adopt(text: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets.push(sheet);
}
