/**
 * Digests of the page's style and script, which its content policy names. They stand here because nothing in this
 * folder may reach for a digest function that workers lack; a test computes them and fails where they are not these.
 */

const DIGESTS = {
  style: "sha256-c8sudIRQQ85E9LDXnF9spLtaNE/8ANFJ2cvAnpDBhxw=",
  script: "sha256-sLjzdLFEBmgq9RYGpbi1KTYxx2lNZNKexEO3NoZq26Y=",
} as const;

export function digestOf(part: keyof typeof DIGESTS): string {
  return DIGESTS[part];
}
