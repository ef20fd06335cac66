// What a person does in the workbench, for tests: go to a line, type, read what the editor shows.

/** Chromium's page with a few verbs. `file` is the name of the file that is looked at. */
export function editorOf(page, file) {
  const editor = page.locator(`.monaco-editor[data-uri$="/${file}"]`);
  /** Opens the palette with a text; again where something else took the focus meanwhile. */
  const palette = async (text, tries = 5) => {
    await page.keyboard.press("F1");
    try {
      await page.locator(".quick-input-widget input.input:focus").fill(text, { timeout: 3000 });
    } catch (error) {
      if (tries === 1) throw error;
      await palette(text, tries - 1);
    }
  };
  return {
    editor,
    /** Marks of one severity: `error`, `warning`, `info`; any without one. */
    squiggles: (severity) =>
      editor.locator(
        severity === undefined
          ? ".squiggly-error, .squiggly-warning, .squiggly-info"
          : `.squiggly-${severity}`,
      ),
    lenses: editor.locator(".codelens-decoration a"),
    problems: page.locator(".markers-panel .monaco-list-row"),
    async command(title) {
      await palette(`>${title}`);
      await page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().waitFor();
      await page.keyboard.press("Enter");
    },
    async goTo(line, column = 1) {
      await palette(`:${line}:${column}`);
      await page.keyboard.press("Enter");
      await page.locator(".quick-input-widget").waitFor({ state: "hidden" });
    },
    async type(text) {
      await page.keyboard.type(text);
    },
    async press(...keys) {
      for (const key of keys) await page.keyboard.press(key);
    },
    /** Screen places of a text in the line that contains it, and of the marks of that line. */
    async places(text) {
      return editor.evaluate((root, wanted) => {
        // The editor shows blanks as no-break spaces.
        const plain = (shown) => shown.replaceAll("\u00a0", " ");
        const line = [...root.querySelectorAll(".view-line")].find((one) =>
          plain(one.textContent).includes(wanted),
        );
        if (line === undefined) return null;
        const range = document.createRange();
        const start = plain(line.textContent).indexOf(wanted);
        const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
        let at = 0;
        for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
          const { length } = node.data;
          if (start >= at && start < at + length) range.setStart(node, start - at);
          const end = start + wanted.length;
          if (end > at && end <= at + length) range.setEnd(node, end - at);
          at += length;
        }
        const box = ({ left, right, top, bottom }) => ({ left, right, top, bottom });
        const text = box(range.getBoundingClientRect());
        const marks = [...root.querySelectorAll(".squiggly-error, .squiggly-warning, .squiggly-info")]
          .map((one) => box(one.getBoundingClientRect()))
          .filter(({ top, bottom }) => top < text.bottom && bottom > text.top);
        return { text, marks };
      }, text);
    },
  };
}
