import { describe, expect, test } from 'vitest';

import { call, failure, foundIn, hindrance, pythonKernels } from '../../src/core/kernels';

const answer = (text: string) => ({ status: 'ok', data: { 'text/plain': text } });

describe('what a kernel answers about the package', () => {
  test('its version and its Python are read, whichever quotes stand around them', () => {
    const answers = { version: answer("'0.1.0'"), python: answer('"/home/o\'hara/py\\\\thon"') };
    expect(foundIn(answers)).toEqual({ version: '0.1.0', python: "/home/o'hara/py\\thon" });
  });

  test('an error, a strange value and no answer at all mean that nothing is known', () => {
    const answers = { version: { status: 'error', ename: 'ModuleNotFoundError' }, python: answer('None') };
    expect(foundIn(answers)).toEqual({ version: null, python: null });
    expect(foundIn({})).toEqual({ version: null, python: null });
  });
});

describe('what keeps a kernel from showing views', () => {
  test('the same version keeps it from nothing', () => {
    expect(hindrance({ version: '0.1.0', python: '/py' }, '0.1.0', 'K')).toBeNull();
  });

  test('without the package, the command installs the wanted version with the Python of that kernel', () => {
    const notice = hindrance({ version: null, python: '/my envs/bin/python' }, '0.1.0', 'K');
    expect(notice?.heading).toBe('The kernel “K” has no xyzpy_widgets');
    expect(notice?.command).toBe('"/my envs/bin/python" -m pip install xyzpy_widgets==0.1.0');
  });

  test('another version is told with both, and the command brings the one of JupyterLab', () => {
    const notice = hindrance({ version: '0.0.9', python: '/py' }, '0.1.0', 'K');
    expect(notice?.heading).toBe('The kernel “K” has xyzpy_widgets 0.0.9, JupyterLab has 0.1.0');
    expect(notice?.command).toBe('/py -m pip install xyzpy_widgets==0.1.0');
  });

  test('a kernel of another language is told from one without the package', () => {
    expect(hindrance({ version: null, python: null }, '0.1.0', 'K')?.heading).toBe(
      'The kernel “K” is not a Python kernel',
    );
  });
});

test('a file is opened by a kernel that runs Python, by the usual one where that does', () => {
  const one = (language: string) => ({ language, display_name: language });
  const kernelspecs = { ir: one('R'), old: one('python'), python3: one('python') };
  expect(pythonKernels({ default: 'python3', kernelspecs })).toEqual(['python3', 'old']);
  expect(pythonKernels({ default: 'ir', kernelspecs })).toEqual(['old', 'python3']);
  expect(pythonKernels({ default: 'ir', kernelspecs: { ir: one('R') } })).toEqual([]);
});

describe('what is run in a kernel', () => {
  test.each(['it\'s "odd".h5', 'a\\b\n.h5', 'ünï 數據 🙂.nc', '"); import os; ("'])(
    '%j is an argument, never code',
    (name) => {
      const said = call('widgets.opened', 'show', name);
      const [, given] = /\.show\((.*)\)$/s.exec(said) ?? [];
      expect(JSON.parse(given ?? '')).toBe(name);
    },
  );
});

describe('what failed', () => {
  test('errors of the package speak for themselves; others come with the traceback, its colours removed', () => {
    const ours = failure('a.h5', 'FormatError', 'a.h5 is a text file', ['…']);
    expect(ours).toEqual({ heading: 'a.h5 cannot be shown', paragraphs: ['a.h5 is a text file'] });
    const other = failure('a.h5', 'KeyError', "'x'", ['\x1b[0;31mKeyError\x1b[0m', 'line 2']);
    expect(other.paragraphs).toEqual(["KeyError: 'x'"]);
    expect(other.details).toBe('KeyError\nline 2');
  });
});
