import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { build } from 'esbuild';

/** The themes in which the widgets are shown: two of JupyterLab, and pages that set no variables. */
export const THEMES = ['light', 'dark', 'plain', 'plain-dark'] as const;

export type Theme = (typeof THEMES)[number];

/** The style sheet of a theme of JupyterLab, from the environment that the tests run in. */
function labTheme(theme: 'light' | 'dark'): string {
  const prefix = execFileSync('python', ['-c', 'import sys; print(sys.prefix)'], { encoding: 'utf8' }).trim();
  return readFileSync(join(prefix, `share/jupyter/lab/themes/@jupyterlab/theme-${theme}-extension/index.css`), 'utf8');
}

/** The gallery as one script and one style sheet. */
export async function bundle(): Promise<{ readonly script: string; readonly style: string }> {
  const { outputFiles } = await build({
    entryPoints: [join(__dirname, 'gallery.ts')],
    bundle: true,
    format: 'esm',
    outdir: 'gallery',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    write: false,
  });
  const [script, style] = ['.js', '.css'].map((end) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? '');
  return { script: script ?? '', style: style ?? '' };
}

/** What JupyterLab says of lists in the outputs of a cell; it lies in a script, and not in the theme. */
const OUTPUTS = `
  .jp-OutputArea-output dl, .jp-OutputArea-output dt, .jp-OutputArea-output dd { display: block; }
  .jp-OutputArea-output dl { overflow: auto; padding: 0; margin: 0; }
  .jp-OutputArea-output dt { font-weight: bold; float: left; width: 20%; padding: 0; margin: 0; }
  .jp-OutputArea-output dd { float: left; width: 80%; padding: 0; margin: 0; }`;

/** A page in a theme, with an empty element for a widget. */
export function pageOf({ script, style }: Awaited<ReturnType<typeof bundle>>, theme: Theme): string {
  const dark = theme.endsWith('dark');
  const body = theme.startsWith('plain')
    ? `data-theme="${dark ? 'dark' : 'light'}"`
    : `data-jp-theme-light="${String(!dark)}"`;
  const ground = `body { background: ${dark ? '#111' : '#fff'}; margin: 12px; }`;
  const lab = theme === 'light' || theme === 'dark' ? labTheme(theme) : '';
  return `<!doctype html><html lang="en"><head><title>Gallery</title><style>${lab}\n${OUTPUTS}\n${ground}\n${style}</style></head>
    <body ${body}><main class="jp-OutputArea-output"><div id="widget"></div></main><script type="module">${script}</script></body></html>`;
}
