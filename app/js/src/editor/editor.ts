// The editor: one view, one state for each file that was opened, so that undo survives a change of file.
// Invariant: it knows nothing of the sandbox; its owner reads and writes files.

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentUnit } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { languageOf } from "./language.ts";
import { look } from "./look.ts";

/** What the owner is told. */
export type Notice = { event: "changed"; path: string } | { event: "save"; path: string } | { event: "leave" };

/** One view on one of several files. */
export class Editor {
  readonly #view: EditorView;
  readonly #states = new Map<string, EditorState>();
  readonly #tell: (notice: Notice) => void;
  #path: string | null = null;
  #quiet = false;

  constructor(host: HTMLElement, tell: (notice: Notice) => void) {
    this.#tell = tell;
    // In a shadow root the editor's style goes into constructed sheets, which the page's policy allows.
    const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    this.#view = new EditorView({ parent: root, root });
    this.#view.dom.style.height = "100%";
  }

  /** Shows a file; `text` replaces what was known of it, where it differs. */
  show(path: string, text: string): void {
    if (this.#path !== null) this.#states.set(this.#path, this.#view.state);
    const known = this.#states.get(path);
    this.#path = path;
    this.#view.setState(known ?? EditorState.create({ doc: text, extensions: this.#extensions(path, text) }));
    this.replace(text);
  }

  /** Puts another text in place of the shown one, as one step that can be undone. */
  replace(text: string): void {
    const now = this.#view.state.doc.toString();
    if (now === text) return;
    this.#quiet = true;
    const head = Math.min(this.#view.state.selection.main.head, text.length);
    this.#view.dispatch({ changes: { from: 0, to: now.length, insert: text }, selection: { anchor: head } });
    this.#quiet = false;
  }

  /** Forgets a file that is gone. */
  forget(path: string): void {
    this.#states.delete(path);
    if (this.#path === path) this.#path = null;
  }

  text(): string {
    return this.#view.state.doc.toString();
  }

  focus(): void {
    this.#view.focus();
  }

  dispose(): void {
    this.#view.destroy();
  }

  #extensions(path: string, text: string): Extension {
    const tabs = /^\t/m.test(text);
    return [
      lineNumbers(),
      history(),
      drawSelection(),
      highlightSpecialChars(),
      highlightActiveLine(),
      highlightSelectionMatches(),
      bracketMatching(),
      search({ top: true }),
      indentUnit.of(tabs ? "\t" : "  "),
      EditorState.tabSize.of(4),
      // What can be edited can be reached anyway; said as well, for tools that look whether what scrolls can.
      EditorView.contentAttributes.of({ tabindex: "0", "aria-label": `${path}. Press F6 to leave the editor, or Escape and then Tab to go on.` }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged && !this.#quiet) this.#tell({ event: "changed", path });
      }),
      keymap.of([
        { key: "F6", run: () => (this.#tell({ event: "leave" }), true) },
        { key: "Mod-s", preventDefault: true, run: () => (this.#tell({ event: "save", path }), true) },
        ...searchKeymap,
        ...historyKeymap,
        ...defaultKeymap,
        indentWithTab,
      ]),
      languageOf(path, text),
      look,
    ];
  }
}
