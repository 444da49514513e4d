import { trans } from './trans';

/** What a package says of itself. */
export interface Manifest {
  readonly version: string;
  readonly license: string;
}

/** A title and the paragraphs below it, ready to be shown. */
export interface About {
  readonly title: string;
  readonly paragraphs: readonly string[];
}

/** Tell a reader which version this is, what it does, and how to begin. */
export function aboutText({ version, license }: Manifest): About {
  return {
    title: `xyzpy_widgets ${version}`,
    paragraphs: [
      trans.__('Run one function over many parameters; the results become one labelled dataset that only grows.'),
      trans.__('To begin, type in a notebook: %1', 'import xyzpy_widgets as xyz'),
      trans.__('Free software under the licence %1.', license),
    ],
  };
}
