/** The functions that a cell of Python defines, found without running it. */

/** A function at the top of a cell. */
export interface Defined {
  readonly name: string;
  /** Whether a decorator makes it something else. */
  readonly decorated: boolean;
  /** Its own lines. */
  readonly source: string;
}

const HEAD = /^(?:async[ \t]+)?def[ \t]+([^\W\d]\w*)[ \t]*\(/u;

/** The lines of one thing at the top of a cell: its decorators, its head and all that is indented below. */
function partsOf(lines: readonly string[]): readonly (readonly [number, number])[] {
  const parts: [number, number][] = [];
  let decorators = -1;
  lines.forEach((line, place) => {
    if (!/^\S/.test(line) || /^[#)\]}]/.test(line)) return;
    if (line.startsWith('@')) {
      if (decorators < 0) decorators = place;
      return;
    }
    parts.push([decorators < 0 ? place : decorators, lines.length]);
    const before = parts[parts.length - 2];
    if (before) before[1] = decorators < 0 ? place : decorators;
    decorators = -1;
  });
  return parts;
}

/** The function around a place in a cell; the last one before it, or else the first, where there is none around it. */
export function functionAt(cell: string, offset: number): Defined | null {
  const lines = cell.split('\n');
  const at = cell.slice(0, offset).split('\n').length - 1;
  const found = partsOf(lines).flatMap(([from, to]) => {
    const own = lines.slice(from, to);
    const name = own.map((line) => HEAD.exec(line)?.[1]).find(Boolean);
    return name
      ? [{ from, defined: { name, decorated: own[0]?.startsWith('@') ?? false, source: own.join('\n') } }]
      : [];
  });
  const before = found.filter(({ from }) => from <= at);
  return (before[before.length - 1] ?? found[0])?.defined ?? null;
}

/** The names of what a function returns; null where each result names its own. */
function outputsOf({ name, source }: Defined): readonly string[] | null {
  const returned = [...source.matchAll(/^[ \t]+return[ \t]+(.+)$/gmu)].map(([, value]) => value?.trim() ?? '');
  const last = returned[returned.length - 1];
  if (last === undefined || /^(?:\{|dict\()/.test(last)) return null;
  const names = last.split(',').map((part) => part.trim());
  return names.length > 1 && names.every((part) => /^[^\W\d]\w*$/u.test(part)) ? names : [name];
}

/** The code that makes a sweep of a function, and opens its panel. */
export function sweepCode(defined: Defined): string {
  const { name, decorated } = defined;
  if (decorated) return `${name}.panel()`;
  const outputs = outputsOf(defined);
  const said = outputs?.length === 1 ? `"${String(outputs[0])}"` : JSON.stringify(outputs).replaceAll(',', ', ');
  const runner = outputs ? `xyz.Runner(${name}, ${said})` : name;
  return [
    'import xyzpy_widgets as xyz',
    '',
    `${name}_sweep = xyz.Harvester(${runner}, "${name}.h5")`,
    `${name}_sweep.panel()`,
  ].join('\n');
}

/** A first cell for a notebook that studies a function. */
export const STUDY = [
  'import xyzpy_widgets as xyz',
  '',
  '',
  'def energy(temperature: float, size: int = 16):',
  '    """Say here what is computed."""',
  '    return {"energy": size / temperature}',
  '',
  '',
  'sweep = xyz.Harvester(energy, "energy.h5")',
  'sweep.panel()',
].join('\n');
