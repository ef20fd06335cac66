// What tests of the workbench wait for.

/** Milliseconds to wait for what the editor has to show. */
const patience = 20_000;

/** Waits until a probe answers true; fails with what it last answered. */
export async function eventually(what, probe) {
  const until = Date.now() + patience;
  for (;;) {
    const answer = await probe();
    if (answer === true) return;
    if (Date.now() > until) throw new Error(`${what}: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Pinscope's status item, opened by the mouse as a person does. */
export function statusOf(page, shot) {
  /** Its text; with a name a picture of it is taken. */
  const status = async (picture) => {
    await page.locator("#status\\.languageStatus").first().hover();
    const shown = page.locator(".hover-language-status");
    try {
      await shown.first().waitFor({ timeout: 3000 });
      if (picture !== undefined) await shot(picture);
      return (await shown.allInnerTexts()).join("\n").replace(/\s+/g, " ");
    } finally {
      await page.mouse.move(600, 300);
      await shown.first().waitFor({ state: "hidden", timeout: 5000 });
    }
  };
  const statusIs = (what, pattern) =>
    eventually(what, async () => {
      try {
        const text = await status();
        return pattern.test(text) || text;
      } catch (error) {
        return error.message.split("\n")[0];
      }
    });
  return { status, statusIs };
}
