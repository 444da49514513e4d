import { afterEach, describe, expect, test, vi } from 'vitest';

import { CASE_STATES, HOST_EVENTS, type RunMonitorTraits } from '../../src/protocol';
import { SILENCE } from '../../src/panels/hooks';
import { ANSWERS, CASE, GALLERY, PROGRESS } from './fixtures';
import type { FakeModel } from './model';
import { button, press, serve, show, soon } from './page';

function traitsOf(name: string): RunMonitorTraits {
  const shown = GALLERY.find((one) => one.name === name);
  if (shown?.widget !== 'RunMonitor') throw new Error(name);
  return { ...shown.traits };
}

const RUNNING = traitsOf('run-running');

/** What was sent but for the words about being seen, and the question for the states. */
function steered(model: FakeModel<RunMonitorTraits>): readonly unknown[] {
  return model.sent.filter((sent) => !['watch', 'states'].includes((sent as { kind: string }).kind));
}

function delta(
  model: FakeModel<RunMonitorTraits>,
  serial: number,
  numbers: readonly number[],
  state: (typeof CASE_STATES)[number],
): void {
  const codes = Uint8Array.from(numbers, () => CASE_STATES.indexOf(state));
  // buffers come out of one message, at any place in it
  const bytes = new Uint8Array(1 + 4 * numbers.length);
  bytes.set(new Uint8Array(Uint32Array.from(numbers).buffer), 1);
  model.hear({ kind: 'delta', serial }, [new DataView(bytes.buffer, 1), new DataView(codes.buffer)]);
}

afterEach(() => {
  vi.useRealTimers();
});

describe('the run monitor', () => {
  test('tells how far the run is, for eyes and for screen readers', async () => {
    const { view } = await show('RunMonitor', RUNNING);
    const bar = view.querySelector('[role=progressbar]');
    expect(bar?.getAttribute('aria-valuenow')).toBe('88');
    expect(bar?.getAttribute('aria-valuemax')).toBe('160');
    expect(bar?.getAttribute('aria-valuetext')).toBe('85 of 160 done, 3 failed, 2–5 min left');
    expect(view.textContent).toContain('T = 2.144, L = 128 41 s');
    expect(view.textContent).toContain('and 5 more');
  });

  test('names no seconds for a case that has only begun', async () => {
    const current = [{ number: 96, text: 'T = 2.144', seconds: 0.4 }];
    const { view } = await show('RunMonitor', { ...RUNNING, progress: { ...PROGRESS, current } });
    expect(button(view, 'T = 2.144').textContent.trim()).toBe('T = 2.144');
  });

  test('pauses, resumes and stops', async () => {
    const { model, view } = await show('RunMonitor', RUNNING);
    button(view, 'Pause').click();
    button(view, 'Stop').click();
    model.set('progress', { ...PROGRESS, state: 'paused' });
    await soon(() => {
      button(view, 'Resume').click();
    });
    expect(steered(model)).toEqual(['pause', 'stop', 'resume'].map((word) => ({ kind: 'control', word })));
  });

  test('asks once before it cancels, and tells the application too', async () => {
    const { model, view } = await show('RunMonitor', { ...RUNNING, control_path: 'runs/7.xyzpy-control' });
    const told = serve(view, HOST_EVENTS.control);
    button(view, 'Cancel …').click();
    await soon(() => {
      expect(view.textContent).toContain('End 8 running cases now? 85 finished are kept.');
    });
    expect(steered(model)).toEqual([]);
    button(view, 'Keep it running').click();
    await soon(() => {
      expect(view.textContent).not.toContain('finished are kept');
    });
    button(view, 'Cancel …').click();
    press(await soon(() => button(view, 'Cancel the run')), 'Escape');
    await soon(() => {
      expect(view.textContent).not.toContain('finished are kept');
    });
    button(view, 'Cancel …').click();
    await soon(() => {
      button(view, 'Cancel the run').click();
    });
    expect(steered(model)).toEqual([{ kind: 'control', word: 'cancel' }]);
    expect(told).toEqual([{ path: 'runs/7.xyzpy-control', word: 'cancel' }]);
  });

  test('goes on or stops when it is held', async () => {
    const { model, view } = await show('RunMonitor', traitsOf('run-held'));
    button(view, 'Continue anyway').click();
    button(view, 'Stop').click();
    expect(steered(model)).toEqual([{ kind: 'continue' }, { kind: 'control', word: 'stop' }]);
  });

  test('goes on with a run that was found again', async () => {
    const { model, view } = await show('RunMonitor', traitsOf('run-found'));
    expect(view.textContent).toContain('85 of 160 (53 %) are stored, 3 failed, 72 not run.');
    button(view, 'Go on with the 75 left').click();
    expect(steered(model)).toEqual([{ kind: 'go_on' }]);
  });

  test('does not call what failed nothing to run', async () => {
    const found = { ...traitsOf('run-found').progress, total: 88 };
    const { view } = await show('RunMonitor', { ...RUNNING, progress: found });
    expect(view.textContent).toContain('85 of 88 (97 %) are stored, 3 failed.');
    expect(view.textContent).not.toContain('nothing is left');
    button(view, 'Go on with the 3 left');
  });

  test('follows the deltas, and asks once for the whole when one is missing', async () => {
    const { model, view } = await show('RunMonitor', RUNNING);
    const asked = (): number => model.sent.filter((sent) => (sent as { kind: string }).kind === 'states').length;
    await soon(() => {
      expect(view.textContent).toContain('done 85');
    });
    // the view may have been opened late, so it begins with a question
    await soon(() => {
      expect(asked()).toBe(1);
    });
    model.set('states', RUNNING.states);
    delta(model, 1, [88, 89, 96], 'done');
    await soon(() => {
      expect(view.textContent).toContain('done 88');
    });
    delta(model, 3, [90], 'done');
    delta(model, 4, [91], 'done');
    expect(asked()).toBe(2);
    model.set('states_serial', 4);
    delta(model, 4, [92], 'failed');
    delta(model, 5, [93], 'failed');
    await soon(() => {
      expect(view.textContent).toContain('failed 4');
    });
  });

  test('opens a case, and says why when it cannot', async () => {
    const { model, view } = await show('RunMonitor', RUNNING, ANSWERS);
    button(view, 'T = 2.144').click();
    await soon(() => {
      expect(view.textContent).toContain('spectrum');
    });
    expect(steered(model)).toMatchObject([{ kind: 'ask', request: { kind: 'case', number: 96 } }]);
    button(view, 'Close').click();
    const other = await show('RunMonitor', RUNNING, { case: new Error('No such case.') });
    button(other.view, 'T = 2.144').click();
    await soon(() => {
      expect(other.view.textContent).toContain('No such case.');
    });
  });

  test('asks anew for the case that is open when another state is told of it, and only then', async () => {
    const { model, view } = await show('RunMonitor', RUNNING, { case: { ...CASE, number: 96, state: 'running' } });
    const asked = (): number => steered(model).length;
    button(view, 'T = 2.144').click();
    await soon(() => {
      expect(view.querySelector('.xyzpy-case')?.textContent).toContain('running');
    });
    delta(model, 1, [97], 'done');
    await soon(() => {
      expect(view.textContent).toContain('done 86');
    });
    expect(asked()).toBe(1);
    delta(model, 2, [96], 'done');
    await soon(() => {
      expect(asked()).toBe(2);
    });
  });

  test('stays still when its kernel is gone, and says so of what is asked', async () => {
    const { model, view, close } = await show('RunMonitor', RUNNING);
    model.send = () => {
      throw new Error('Cannot send');
    };
    button(view, 'T = 2.144').click();
    await soon(() => {
      expect(view.querySelector('.xyzpy-case')?.textContent).toContain('The kernel is gone.');
    });
    await close();
  });

  test('tells the kernel when it is seen, and when it no longer is', async () => {
    const { model, close } = await show('RunMonitor', RUNNING);
    const seen = (): unknown[] =>
      model.sent.flatMap((sent) => ('seen' in (sent as object) ? [(sent as { seen: boolean }).seen] : []));
    await soon(() => {
      expect(seen().at(-1)).toBe(true);
    });
    await close();
    expect(seen().at(-1)).toBe(false);
  });

  test('says that the kernel is gone when the page has lost it', async () => {
    const { view } = await show('RunMonitor', RUNNING);
    expect(view.querySelector('[role=alert]')).toBeNull();
    view.classList.add('jupyter-widgets-disconnected');
    await soon(() => {
      expect(view.querySelector('[role=alert]')?.textContent).toContain('The kernel is gone');
    });
  });

  test('says so when no word has come for long, and takes it back with the next', async () => {
    vi.useFakeTimers();
    const { model, view } = await show('RunMonitor', RUNNING);
    await vi.advanceTimersByTimeAsync(1000 * (SILENCE - 1));
    expect(view.querySelector('[role=alert]')).toBeNull();
    await vi.advanceTimersByTimeAsync(2000);
    expect(view.querySelector('[role=alert]')?.textContent).toContain('No word from the kernel');
    model.set('progress', { ...PROGRESS, done: 86 });
    await vi.advanceTimersByTimeAsync(100);
    expect(view.querySelector('[role=alert]')).toBeNull();
  });

  test('speaks of what matters and not of every case', async () => {
    const { model, view } = await show('RunMonitor', RUNNING);
    const said = (): string => [...view.querySelectorAll('.xyzpy-said')].map(({ textContent }) => textContent).join();
    model.set('progress', { ...PROGRESS, done: 86 });
    await soon(() => {
      expect(view.textContent).toContain('86 of 160');
    });
    expect(said()).toBe('');
    model.set('progress', { ...PROGRESS, state: 'done', done: 157, running: 0, current: [] });
    await soon(() => {
      expect(said()).toBe('Done, 3 failed: 157 of 160 done, 3 failed.');
    });
  });
});
