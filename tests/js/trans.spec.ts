import { Gettext } from '@jupyterlab/translation/lib/gettext';
import type { ITranslator } from '@jupyterlab/translation';
import { h, render } from 'preact';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import schema from '../../schema/plugin.json' with { type: 'json' };
import { renderNotice } from '../../src/components/notice';
import { SweepList } from '../../src/components/sweeps';
import { statusOf, turnText, type SweepRow } from '../../src/core/board';
import { caseCount, duration, grouped } from '../../src/core/format';
import { hindrance } from '../../src/core/kernels';
import { type Catalogue, speak, trans } from '../../src/core/trans';
import { translation } from '../../src/lab/translation';
import { CASE_STATES, DEFAULTS, TRANSLATION } from '../../src/protocol';
import { EXPLORED, GAMMA, PICKED, PROPOSAL } from './explored';
import { ANSWERS, GALLERY } from './fixtures';
import { button, show } from './page';

afterEach(() => {
  speak(null);
});

/** A catalogue as JupyterLab makes it of a language pack. */
function pack(language: string, pluralForms: string, messages: Record<string, string[]>): ITranslator {
  const made = new Gettext({ locale: language, domain: 'xyzpy_widgets', pluralForms });
  const head = { domain: 'xyzpy_widgets', language, pluralForms };
  made.loadJSON({ '': head, ...messages }, 'xyzpy_widgets');
  return { languageCode: language, load: (domain: string) => (domain === 'xyzpy_widgets' ? made : new Gettext({})) };
}

function activate(translator: ITranslator | null): void {
  void translation.activate({} as Parameters<typeof translation.activate>[0], translator);
}

describe('without a catalogue the page speaks English', () => {
  test('values stand where a text has their numbers, and a number of things decides between two texts', () => {
    expect(trans.__('%2 of %1, 100 %%', 3, 'b')).toBe('b of 3, 100 %');
    expect([1, 2].map((n) => trans._n('%1 %2', '%1 %2s', n, 'case'))).toEqual(['1 case', '2 cases']);
    expect(trans._p('run', 'Done')).toBe('Done');
  });

  test('so it does in JupyterLab without a language pack, and without a translator', () => {
    for (const translator of [
      pack('en', 'nplurals=2; plural=(n != 1);', {}),
      pack('de', 'nplurals=2; plural=(n != 1);', {}),
      null,
    ]) {
      activate(translator);
      expect([caseCount(1200), duration(90)]).toEqual(['1,200 cases', '2 min']);
    }
  });
});

describe('with a language pack of JupyterLab', () => {
  const context = (name: string, text: string): string => `${name}\u0004${text}`;
  const polish = pack('pl', 'nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);', {
    '%2 case': ['%2 przypadek', '%2 przypadki', '%2 przypadków'],
    'Try again': ['Spróbuj ponownie'],
    [context('run', 'Done')]: ['Zakończony'],
    [context('numbers', 'en')]: ['pl'],
  });

  test('a number of things takes as many forms as the language has', () => {
    activate(polish);
    expect([1, 3, 5, 12, 22].map((n) => caseCount(n).split(' ')[1])).toEqual([
      'przypadek',
      'przypadki',
      'przypadków',
      'przypadków',
      'przypadki',
    ]);
    expect(trans._p('run', 'Done')).toBe('Zakończony');
    expect(trans._p('case', 'Done')).toBe('Done');
  });

  test('numbers are written as the language writes them', () => {
    activate(polish);
    expect([grouped(12_345.5), duration(1.5)]).toEqual(['12\u00a0345,5', '1,5 s']);
  });

  test('a tag that is none, as in a pack that shows which texts it knows, leaves numbers as they are', () => {
    activate(pack('ach', 'nplurals=1; plural=0;', { [context('numbers', 'en')]: ['crwdns1:0en'] }));
    expect(grouped(1200)).toBe('1,200');
  });

  test('the server looks the settings up in the same catalogue', () => {
    const asked: string[] = [];
    activate({ languageCode: 'pl', load: (domain: string) => (asked.push(domain), polish.load(domain)) });
    expect(asked).toEqual([schema['jupyter.lab.internationalization'].domain]);
  });

  test('every module finds the catalogue under the symbol of the protocol', () => {
    activate(polish);
    const found = Reflect.get(globalThis, Symbol.for(TRANSLATION)) as Catalogue;
    expect(found.__('Try again')).toBe('Spróbuj ponownie');
  });
});

/** The letters of a text as wide ones, but for what stands for a value. */
function wide(text: string): string {
  return text.replace(/[A-Za-z]/g, (letter) => String.fromCodePoint(letter.charCodeAt(0) + 0xfee0));
}

/** A language of wide letters, in which nothing is the same as in English. */
const WIDE: Catalogue = {
  __: (text, ...values) => new Gettext({}).__(wide(text), ...values),
  _n: (one, many, count, ...values) => new Gettext({})._n(wide(one), wide(many), count, ...values),
  _p: (_, text, ...values) => new Gettext({}).__(wide(text), ...values),
};

/** Keys below which a model holds words of the protocol, which no reader should see. */
const WORDS = ['action', 'actions', 'how', 'kind', 'kinds', 'of', 'role', 'roles', 'spacing', 'state', 'spread'];

/** Formats bear the same names in every language. */
const FORMATS = ['PNG', 'SVG', 'CSV', 'HTML', 'netCDF'];

/** Every text that the kernel has sent, or the test; what it says, it says in its own words. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value, ...value.split(', ')];
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [];
  return Object.entries(value).flatMap(([key, part]) => [key, ...(WORDS.includes(key) ? [] : textsIn(part))]);
}

/** Whatever a reader sees or hears of an element in letters that are not wide, and that nobody has sent. */
function narrow(element: Element, sent: unknown): readonly string[] {
  const states = CASE_STATES as readonly string[];
  const known = [...new Set(textsIn(sent))].filter((text) => text !== '' && !states.includes(text));
  known.sort((one, other) => other.length - one.length);
  const names = ['alt', 'aria-description', 'aria-label', 'aria-valuetext', 'placeholder', 'title'];
  const texts = [element, ...element.querySelectorAll('*')].flatMap((one) => [
    ...names.map((name) => one.getAttribute(name) ?? ''),
    ...[...one.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.textContent ?? ''),
  ]);
  const left = texts.flatMap(
    (text) => known.reduce((rest, one) => rest.replaceAll(one, ' '), text).match(/[A-Za-z]{2,}/g) ?? [],
  );
  return [...new Set(left)];
}

describe('in a language of wide letters, no word is left that nobody has sent', () => {
  beforeEach(() => {
    speak(WIDE);
  });

  const shelf = EXPLORED.shelf && { ...EXPLORED.shelf, spread: 'std', logs: { logx: true, logy: false, logz: false } };
  const dimensions = (['y', 'row', 'col', 'each', 'fixed', 'aggregate'] as const).map((role) => ({
    ...GAMMA,
    name: `${role}0`,
    role,
    how: 'mean',
    roles: [role],
  }));
  const explorers = [
    DEFAULTS.ResultsExplorer,
    { ...EXPLORED, shelf, busy: true, unfolded: true },
    { ...EXPLORED, picked: PICKED, shelf: shelf && { ...shelf, dimensions } },
    { ...EXPLORED, proposal: PROPOSAL, rows: { columns: ['gamma'], rows: [['1']], offset: 0, total: 2 } },
    { ...EXPLORED, proposal: { ...PROPOSAL, own: false, seconds: [60, 90] as const } },
  ].map((traits, place) => ({ name: `explorer-${String(place)}`, widget: 'ResultsExplorer', traits }) as const);
  test.each([...GALLERY, ...explorers])('$name', async (shown) => {
    const { view } = await show(shown.widget as 'RunMonitor', shown.traits as never, ANSWERS);
    const press = 'press' in shown ? shown.press : [];
    for (const name of press) {
      const named = [wide(name), name, wide(name).replace(wide('T'), 'T')].find((one) =>
        [...view.querySelectorAll('button')].some((element) => element.textContent.includes(one)),
      );
      button(view, named ?? name).click();
      await new Promise((resolve) => setTimeout(resolve));
    }
    expect(narrow(view, [shown.traits, ANSWERS, FORMATS])).toEqual([]);
  });

  const line: SweepRow = {
    id: '1',
    name: '1',
    title: '2',
    kind: 'harvester',
    run: 1,
    state: 'running',
    total: 50,
    done: 27,
    failed: 2,
    cancelled: 0,
    elsewhere: 1,
    running: 1,
    elapsed: 60,
    left: [120, 270],
    said: '',
    store: '',
    path: '',
    key: '3',
    kernel: '4',
    session: '',
    place: '',
  };
  const states = ['idle', 'queued', 'running', 'paused', 'held', 'stopping', 'done', 'stopped', 'failed'] as const;

  test.each([[[]], [states.map((state) => ({ ...line, id: state, state }))]])('the side area', (rows) => {
    const area = document.createElement('div');
    render(h(SweepList, { rows, open: () => undefined, steer: () => undefined }), area);
    expect(narrow(area, [])).toEqual([]);
  });

  test('the status bar and the notifications', () => {
    const said = [statusOf([line]), statusOf([line, { ...line, state: 'held' }])].map((status) => status?.text ?? '');
    const turns = (['finished', 'held', 'ended'] as const).map((turn) => turnText(line, turn));
    expect([...said, ...turns].join(' ')).not.toMatch(/[A-Za-z]/);
  });

  test('the notices', () => {
    const found = [
      { version: null, python: null },
      { version: null, python: '/py' },
      { version: '0', python: '/py' },
    ].map((one) => hindrance(one, '1', '5'));
    for (const notice of found) {
      const { command = '', ...rest } = notice ?? { heading: '', paragraphs: [] };
      const page = renderNotice({ ...rest, command, details: '6' }, []);
      expect(narrow(page, [command])).toEqual([]);
    }
  });
});
