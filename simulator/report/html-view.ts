/** What every part of the page is made from, and what several of them show: links to lines, how a page stands. */
import type { Location } from "@pinscope/grammars/ir";
import type { PageState, SimulatedPage, Simulation } from "@pinscope/simulator/interpreter";
import { html, type Markup } from "./markup.ts";
import type { Places } from "./places.ts";

/** Where a line of a file can be looked at: the address of a link; null for none. */
export type LinkTo = (file: string, line: number) => string | null;

export interface View {
  readonly simulation: Simulation;
  readonly places: Places;
  readonly linkTo: LinkTo;
}

/** What the kernel adds to the refcount of a page that has no counter of pins: `GUP_PIN_COUNTING_BIAS`. */
const PIN_BIAS = 1024;

/** A line number, with its link where there is one. `said` is what it reads as. */
export function lineLink({ linkTo }: View, file: string, line: number, said: string): Markup {
  const address = linkTo(file, line);
  if (address === null)
    return html`<span class="line" data-file="${file}" data-line="${line}">${said}</span>`;
  return html`<a class="line to-line" href="${address}" data-file="${file}" data-line="${line}">${said}</a>`;
}

/** A place, as a line number. */
export function placeLink(view: View, location: Location): Markup {
  const line = view.places.lineOf(location);
  const said = view.places.said(location);
  return line === null ? html`${said}` : lineLink(view, location.file, line, said);
}

/** Whether a page counts as pinned: small pages by their refcount, folios by their counter. */
export function isPinned({ refcount, pincount }: PageState, page: SimulatedPage | undefined): boolean {
  return pincount > 0 || ((page?.order ?? 0) === 0 && refcount >= PIN_BIAS);
}

/** Identifies a source line within the page. */
export function lineId(files: readonly string[], file: string, line: number): string {
  return `f${files.indexOf(file)}-${line}`;
}

/** Files in which steps were taken, the first one first. */
export function filesOf({ steps, file }: Simulation): string[] {
  return [...new Set([file, ...steps.map(({ location }) => location.file)])];
}
