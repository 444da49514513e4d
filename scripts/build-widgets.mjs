// Bundles each src/widgets/<name>.ts into one ES module and one style sheet: a notebook loads them without a network.
import { readdirSync } from 'node:fs';

import { build } from 'esbuild';

const folder = 'src/widgets';

await build({
  entryPoints: readdirSync(folder).map((file) => `${folder}/${file}`),
  outdir: 'xyzpy_widgets/static',
  bundle: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  minify: true,
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
});
