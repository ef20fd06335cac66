/**
 * Digests of the page's style and script, which its content policy names. They stand here because nothing in this
 * folder may reach for a digest function that workers lack; a test computes them and fails where they are not these.
 */

const DIGESTS = {
  style: "sha256-ChFIUJPbH+yy37NN8f9fY/Jy4DWtsqBy67UV5SQkty8=",
  script: "sha256-sLjzdLFEBmgq9RYGpbi1KTYxx2lNZNKexEO3NoZq26Y=",
} as const;

export function digestOf(part: keyof typeof DIGESTS): string {
  return DIGESTS[part];
}
