/** What a package says of itself. */
export interface Manifest {
  readonly version: string;
  readonly description: string;
  readonly license: string;
}

/** A title and the paragraphs below it, ready to be shown. */
export interface About {
  readonly title: string;
  readonly paragraphs: readonly string[];
}

/** Tell a reader which version this is, what it does, and how to begin. */
export function aboutText({ version, description, license }: Manifest): About {
  return {
    title: `xyzpy_widgets ${version}`,
    paragraphs: [
      description,
      'To begin, type in a notebook: import xyzpy_widgets as xyz',
      `Free software under the licence ${license}.`,
    ],
  };
}
