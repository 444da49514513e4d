/** What is said to a kernel and understood of its answers; text alone. */

import { trans } from './trans';

/** A page that stands where a view cannot be shown. */
export interface Notice {
  readonly heading: string;
  readonly paragraphs: readonly string[];
  /** A line for a terminal, that mends it. */
  readonly command?: string;
  /** What only helps those who look for the cause. */
  readonly details?: string;
}

/** What a kernel answered to one of the expressions that it was asked for. */
export interface Expression {
  readonly status?: unknown;
  readonly data?: unknown;
}

/** What is known of the package in a kernel. */
export interface Found {
  /** The version of the package; null where it cannot be imported. */
  readonly version: string | null;
  /** The program that the kernel runs; null where that is not Python. */
  readonly python: string | null;
}

/** What a kernel is asked about the package; neither leaves a name behind. */
export const ASKED = {
  version: '__import__("xyzpy_widgets").__version__',
  python: '__import__("sys").executable',
} as const;

/** Read the answers to `ASKED`. */
export function foundIn(answers: Readonly<Record<string, Expression | undefined>>): Found {
  return { version: textIn(answers.version), python: textIn(answers.python) };
}

function textIn(answer: Expression | undefined): string | null {
  const data = answer?.status === 'ok' ? answer.data : null;
  const text: unknown = typeof data === 'object' && data !== null ? Reflect.get(data, 'text/plain') : null;
  if (typeof text !== 'string' || !/^(['"]).*\1$/s.test(text)) return null;
  return text.slice(1, -1).replace(/\\(['"\\])/g, '$1');
}

/** Say what keeps a kernel, known by its name, from showing views of this version of the package; null where nothing does. */
export function hindrance({ version, python }: Found, wanted: string, kernel: string): Notice | null {
  if (version === wanted) return null;
  if (python === null) {
    return {
      heading: trans.__('The kernel “%1” is not a Python kernel', kernel),
      paragraphs: [trans.__('xyzpy_widgets runs in Python. Choose another kernel.')],
    };
  }
  const command = `${quotedForShell(python)} -m pip install xyzpy_widgets==${wanted}`;
  if (version === null) {
    return {
      heading: trans.__('The kernel “%1” has no xyzpy_widgets', kernel),
      paragraphs: [
        trans.__(
          'This view is drawn by the kernel, in whose environment the package is missing or cannot be imported. Install it there, then try again:',
        ),
      ],
      command,
    };
  }
  return {
    heading: trans.__('The kernel “%1” has xyzpy_widgets %2, JupyterLab has %3', kernel, version, wanted),
    paragraphs: [
      trans.__(
        'Both must be of one version to understand each other. Install it there, restart the kernel, then try again:',
      ),
    ],
    command,
  };
}

function quotedForShell(path: string): string {
  return /^[\w./:\\-]+$/.test(path) ? path : `"${path.replace(/(["$`\\])/g, '\\$1')}"`;
}

/** A call of a function of the package as one expression, which leaves no name in the kernel. */
export function call(module: string, name: string, ...args: readonly string[]): string {
  const given = args.map((one) => JSON.stringify(one));
  return `__import__("xyzpy_widgets.${module}", fromlist=["${name}"]).${name}(${given.join(', ')})`;
}

const SAID_IN_FULL = ['DamageError', 'FormatError', 'OptionError', 'StoreError', 'ViewError', 'XyzError'];

/** Say that some code failed: errors of the package say themselves what to do. */
export function failure(what: string, ename: string, evalue: string, traceback: readonly string[]): Notice {
  const heading = trans.__('%1 cannot be shown', what);
  if (SAID_IN_FULL.includes(ename)) return { heading, paragraphs: [evalue] };
  return {
    heading,
    paragraphs: [evalue === '' ? ename : `${ename}: ${evalue}`],
    details: traceback.join('\n').replace(COLOURS, ''),
  };
}

// eslint-disable-next-line no-control-regex -- what colours a traceback begins with one
const COLOURS = /\x1b\[[0-9;]*m/g;

/** The kinds of kernel that a server offers, as far as they matter here. */
export interface KernelSpecs {
  readonly default: string;
  readonly kernelspecs: Readonly<
    Record<string, { readonly language: string; readonly display_name: string } | undefined>
  >;
}

/** The names of the kinds of kernel that run Python, the one that is used where nothing is said first. */
export function pythonKernels({ default: usual, kernelspecs }: KernelSpecs): readonly string[] {
  const names = Object.keys(kernelspecs).filter((name) => kernelspecs[name]?.language === 'python');
  return names.sort((one, other) => Number(other === usual) - Number(one === usual));
}
