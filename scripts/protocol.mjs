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

/** Each interface of a module as its own fields and the names of those it extends, each union as its type; without `readonly`. */
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
  const own = {};
  source.forEachChild((node) => {
    if (ts.isInterfaceDeclaration(node)) {
      const fields = Object.fromEntries(node.members.map((member) => [text(member.name), text(member.type)]));
      own[node.name.text] = { fields, above: (node.heritageClauses ?? []).flatMap((clause) => clause.types.map(text)) };
    } else if (ts.isTypeAliasDeclaration(node)) {
      own[node.name.text] = text(node.type);
    }
  });
  return own;
}

const told = Object.assign({}, ...readdirSync(folder).map((name) => types(`${folder}/${name}`)));

/** A type with the fields of all that it extends. */
function whole(type) {
  if (typeof type === 'string') return type;
  return Object.assign({}, ...type.above.map((name) => whole(told[name])), type.fields);
}

const wholes = Object.fromEntries(Object.entries(told).map(([name, type]) => [name, whole(type)]));
process.stdout.write(JSON.stringify({ values: await values(), types: wholes }));
