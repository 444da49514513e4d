// Prints what src/protocol/ says as JSON: every exported constant as `values`, every type as `types`.
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';

import { build } from 'esbuild';
import ts from 'typescript';

const folder = 'src/protocol';

/** The constants, as the compiled module exports them. */
async function values() {
  const { outputFiles } = await build({
    entryPoints: [`${folder}/index.ts`],
    bundle: true,
    format: 'esm',
    write: false,
  });
  const module = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
  return Object.fromEntries(Object.entries(module).filter(([, value]) => typeof value !== 'function'));
}

/** Each interface of a module as its own fields with their types, each union as its type; `readonly` is left out. */
function types(path) {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022);
  const text = (node) =>
    node
      .getText(source)
      .replace(/\breadonly /g, '')
      .replace(/Readonly<(Record<.*>)>/, '$1')
      .replace(/\((\w+\[\])\)/g, '$1')
      .replace(/\s+/g, ' ')
      .replace(/^\| /, '');
  const told = {};
  source.forEachChild((node) => {
    if (ts.isInterfaceDeclaration(node)) {
      told[node.name.text] = Object.fromEntries(node.members.map((member) => [text(member.name), text(member.type)]));
    } else if (ts.isTypeAliasDeclaration(node)) {
      told[node.name.text] = text(node.type);
    }
  });
  return told;
}

const told = readdirSync(folder).map((name) => types(`${folder}/${name}`));
process.stdout.write(JSON.stringify({ values: await values(), types: Object.assign({}, ...told) }));
