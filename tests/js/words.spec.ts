/** What the sources say to a reader goes through the catalogue, in a form that the extractor of JupyterLab finds. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const SOURCES = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts') && name !== 'core/trans.ts')
  .sort();

/** Attributes, properties and fields of the page whose text a reader sees or hears. */
const SEEN =
  /^(?:alt|aria-(?:description|label|roledescription|valuetext)|ariaLabel|caption|description|displayName|heading|innerText|label|note|paragraphs|placeholder|problem|said|text|textContent|title|word)$/;
/** Attributes and properties whose words are for machines. */
const UNSEEN = /^(?:aria-keyshortcuts|class|className|command|cssText|factory)$/;
/** Functions whose words are for machines, or for a log. */
const MACHINES = /(?:addClass|NoWidgets|querySelector(?:All)?|Token|widgetOf)$/;
/** At least two words, or a single one that is written as a sentence begins. */
const PROSE = /\p{L}{2,}[,;:]? \p{L}|^\p{Lu}\p{Ll}+(?:$|[ .,:…])/u;

/** Words that are for machines all the same, and why. */
const MEANT: Readonly<Record<string, RegExp>> = {
  'components/picking.ts': /^(?:Home|End|Enter|Escape)$/, // keys
  'panels/mount.tsx': /^Enter$/, // a key
  'panels/Failures.tsx': /^stop$/, // what a run is told
  'panels/RunMonitor.tsx': /^stop$/, // the same
  'panels/ResultsExplorer.tsx': /^(?:PNG|netCDF)$/, // names of formats
  'core/about.ts': /^(?:xyzpy_widgets|import xyzpy_widgets as xyz)$/, // a name, and Python
  'core/functions.ts': /./, // Python
  'core/kernels.ts': /^-m pip install xyzpy_widgets==$/, // a command
  'lab/icon.ts': /^<(?:g|rect|svg) /,
  'lab/link.ts': /^kernel subshells$/, // a feature of a kernel
};

/** What a reader could meet in a source, with the line. */
interface Found {
  readonly line: number;
  readonly text: string;
}

function parsed(name: string, text = readFileSync(join('src', name), 'utf8')): ts.SourceFile {
  return ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true);
}

type Call = ts.CallExpression & { readonly expression: ts.PropertyAccessExpression };

function isCatalogue(node: ts.Node): node is Call {
  return (
    ts.isCallExpression(node) &&
    ts.isPropertyAccessExpression(node.expression) &&
    node.expression.expression.getText() === 'trans'
  );
}

/** How many of the values that a call of the catalogue is given are texts of it; 0 for a function that we do not use. */
function textsOf({ expression: { name } }: Call): number {
  return { __: 1, _n: 2, _p: 2 }[name.text] ?? 0;
}

/** The pieces of text that a node holds itself. */
function piecesOf(node: ts.Node): readonly string[] {
  if (ts.isJsxText(node) || ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return [node.text];
  return ts.isTemplateExpression(node)
    ? [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)]
    : [];
}

/** Whether a node only compares, names or types. */
function isSilent(node: ts.Node): boolean {
  const { parent } = node;
  return (
    ts.isImportDeclaration(parent) ||
    ts.isExportDeclaration(parent) ||
    ts.isLiteralTypeNode(parent) ||
    ts.isElementAccessExpression(parent) ||
    ts.isCaseClause(parent) ||
    (ts.isBinaryExpression(parent) && /^(?:[!=]==|[<>]=?|in)$/.test(parent.operatorToken.getText())) ||
    (ts.isPropertyAssignment(parent) && parent.name === node)
  );
}

/** Where a text goes: to a reader for sure, to a machine for sure, or who knows. */
function placeOf(node: ts.Node): 'seen' | 'unseen' | 'unknown' {
  for (let at = node; !ts.isSourceFile(at); at = at.parent) {
    const { parent } = at;
    if (ts.isJsxElement(parent) || ts.isJsxFragment(parent)) return 'seen';
    if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) {
      return MACHINES.test(parent.expression.getText()) ? 'unseen' : 'unknown';
    }
    const name =
      ts.isJsxAttribute(parent) || (ts.isPropertyAssignment(parent) && parent.initializer === at)
        ? parent.name.getText().replaceAll("'", '')
        : ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken
          ? (parent.left.getText().split('.').pop() ?? '')
          : '';
    if (isPlugin(parent)) return 'unseen';
    if (SEEN.test(name)) return 'seen';
    if (UNSEEN.test(name)) return 'unseen';
    if (name !== '' || ts.isStatement(parent) || ts.isFunctionLike(parent)) return 'unknown';
  }
  return 'unknown';
}

/** Whether a property is the description of a plugin, which JupyterLab shows as it stands. */
function isPlugin(node: ts.Node): boolean {
  return (
    ts.isPropertyAssignment(node) &&
    node.name.getText() === 'description' &&
    node.parent.properties.some((one) => one.name?.getText() === 'activate')
  );
}

/** Every text of a source that a reader may meet and that is in no catalogue. */
function untranslated(source: ts.SourceFile): readonly Found[] {
  const found: Found[] = [];
  const visit = (node: ts.Node): void => {
    if (isCatalogue(node)) {
      node.arguments.slice(textsOf(node)).forEach(visit);
      return;
    }
    const texts = piecesOf(node).map((piece) => piece.trim());
    const pieces = texts.length && isSilent(node) ? [] : texts;
    if (pieces.length) {
      const place = placeOf(node);
      const spoken = pieces.filter((piece) => (place === 'seen' ? /\p{L}{2}/u : PROSE).test(piece));
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      const meant = MEANT[source.fileName];
      if (place !== 'unseen') {
        found.push(...spoken.filter((text) => !meant?.test(text)).map((text) => ({ line, text })));
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** What is amiss with a call of the catalogue: a text that is put together, or one that lacks values or has too many. */
function unextractable(source: ts.SourceFile): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (isCatalogue(node)) {
      const texts = textsOf(node);
      const given = node.arguments.slice(0, texts);
      const literal = given.every((text) => ts.isStringLiteral(text) || ts.isNoSubstitutionTemplateLiteral(text));
      const counts = node.expression.name.text === '_n' ? 1 : 0;
      const values = node.arguments.length - texts - counts;
      const places = [
        ...given
          .map((text) => text.getText())
          .join(' ')
          .matchAll(/%(\d+)/g),
      ].map(([, place]) => place);
      const wanted = Array.from({ length: values }, (_, place) => String(place + counts + 1));
      const complete = String([...new Set(places)].sort()) === String(wanted);
      if (texts === 0 || !literal || !complete) found.push(node.getText());
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe('no words bypass the catalogue', () => {
  test.each(SOURCES)('in %s', (name) => {
    expect(untranslated(parsed(name))).toEqual([]);
    expect(unextractable(parsed(name))).toEqual([]);
  });

  test.each([
    'const a = <p>Run</p>;',
    'const a = <p title="run all">{b}</p>;',
    "const a = <Field label={open ? 'hide' : trans.__('Show')} />;",
    'const a = <p>{`${n} cases`}</p>;',
    "node.textContent = 'run';",
    "commands.addCommand(id, { caption: 'explore' });",
    "fail('There is no picture.');",
    "throw new Error('Nothing was displayed.');",
    "const words = { done: 'Done' };",
  ])('what does is found: %s', (text) => {
    expect(untranslated(parsed('planted.tsx', text))).toHaveLength(1);
  });

  test.each([
    'trans.__(`${n} cases`);',
    'trans.__(said);',
    "trans.__('%1 of %2', done);",
    "trans._n('%1 case', '%1 cases', n);",
    "trans._np('case', '%1 case', '%1 cases', n, n);",
  ])('what cannot be extracted is found: %s', (text) => {
    expect(unextractable(parsed('planted.ts', text))).toHaveLength(1);
  });
});
