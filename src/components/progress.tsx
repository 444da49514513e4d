import type { JSX } from 'preact';

import { clock, counted, duration, grouped, interval, percent, rate } from '../core/format';
import { ended, isActive, progressText, RUN_WORDS, runWord, tookText, waiting } from '../core/progress';
import type { CaseState, ControlWord, Progress } from '../protocol';
import { Button } from './controls';
import { Mark } from './mark';

/** The mark and the word for where a run stands. */
export function StateWord({ progress }: { readonly progress: Progress }): JSX.Element {
  const mark = progress.state === 'done' && progress.failed ? 'failed' : RUN_WORDS[progress.state][1];
  return (
    <span class="xyzpy-state" data-state={progress.state}>
      <Mark state={mark} />
      <b>{runWord(progress)}</b>
    </span>
  );
}

/** How far a run is, as one bar: done here and in other runs, failed, cancelled, under way, and the rest. */
export function Bar({ progress }: { readonly progress: Progress }): JSX.Element {
  const { total, done, elsewhere, failed, cancelled, running } = progress;
  const parts: readonly (readonly [CaseState | 'elsewhere', number])[] = [
    ['done', done],
    ['elsewhere', elsewhere],
    ['failed', failed],
    ['cancelled', cancelled],
    ['running', running],
  ];
  return (
    <div
      class="xyzpy-bar"
      role="progressbar"
      aria-label="Cases that have ended"
      aria-valuemin={0}
      aria-valuemax={Math.max(total, 1)}
      aria-valuenow={ended(progress)}
      aria-valuetext={progressText(progress)}
    >
      {parts.map(([state, count]) => (
        <span key={state} data-state={state} style={{ width: `${String(total ? (100 * count) / total : 0)}%` }} />
      ))}
    </div>
  );
}

function Stat({ word, mark, children }: { word: string; mark?: CaseState; children: string }): JSX.Element {
  return (
    <div>
      <dt>
        {mark && <Mark state={mark} />} {word}
      </dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The figures of a run. */
export function Stats({ progress }: { readonly progress: Progress }): JSX.Element {
  const { state, total, done, failed, cancelled, elsewhere, running, left, elapsed } = progress;
  const active = isActive(state);
  return (
    <dl class="xyzpy-stats">
      <Stat word="done" mark="done">{`${grouped(done)} of ${grouped(total)}`}</Stat>
      {active && (
        <Stat word="running" mark="running">
          {grouped(running)}
        </Stat>
      )}
      <Stat word={active ? 'waiting' : 'not run'} mark="missing">
        {grouped(waiting(progress))}
      </Stat>
      <Stat word="failed" mark="failed">
        {grouped(failed)}
      </Stat>
      {cancelled > 0 && (
        <Stat word="cancelled" mark="cancelled">
          {grouped(cancelled)}
        </Stat>
      )}
      {elsewhere > 0 && <Stat word="in another run">{grouped(elsewhere)}</Stat>}
      {active && <Stat word="left">{left ? interval(left) : 'unknown'}</Stat>}
      {active && progress.rate !== null && <Stat word="throughput">{rate(progress.rate)}</Stat>}
      <Stat word={active ? 'elapsed' : 'took'}>{active ? clock(elapsed) : tookText(progress)}</Stat>
    </dl>
  );
}

interface CurrentProps {
  readonly progress: Progress;
  readonly onOpen: (number: number) => void;
}

/** The cases under way, each with how long it has been running. */
export function CurrentCases({ progress, onOpen }: CurrentProps): JSX.Element | null {
  const { current, running } = progress;
  if (!current.length) return null;
  return (
    <div class="xyzpy-current">
      <span class="xyzpy-faint">Now</span>
      <ul>
        {current.map(({ number, text, seconds }) => (
          <li key={number}>
            <button
              type="button"
              class="xyzpy-chip"
              onClick={() => {
                onOpen(number);
              }}
            >
              <code>{text}</code> <span class="xyzpy-faint">{duration(seconds)}</span>
            </button>
          </li>
        ))}
        {running > current.length && <li class="xyzpy-sub">and {grouped(running - current.length)} more</li>}
      </ul>
    </div>
  );
}

/** What a run can be told to do in each state. */
export interface ControlsProps {
  readonly progress: Progress;
  /** Whether it was asked to cancel, and has yet to be sure of it. */
  readonly asking: boolean;
  readonly onAsk: (asking: boolean) => void;
  readonly onControl: (word: ControlWord) => void;
}

/** Cancelling ends cases under way, so it is asked once, in place. */
export function CancelQuestion({ progress, onAsk, onControl }: ControlsProps): JSX.Element {
  const { running, done } = progress;
  return (
    <div class="xyzpy-question" role="group" aria-label="Cancel the run">
      <span>
        {running ? `End ${counted(running, 'running case')} now?` : 'End the run now?'} {grouped(done)} finished{' '}
        {done === 1 ? 'is' : 'are'} kept.
      </span>
      <span class="xyzpy-line xyzpy-push">
        <Button
          class="xyzpy-danger"
          onClick={() => {
            onAsk(false);
            onControl('cancel');
          }}
        >
          Cancel the run
        </Button>
        <Button
          onClick={() => {
            onAsk(false);
          }}
        >
          Go on
        </Button>
      </span>
    </div>
  );
}

/** Pause or resume, stop and cancel. */
export function Controls({ progress, asking, onAsk, onControl }: ControlsProps): JSX.Element | null {
  const { state } = progress;
  if (!isActive(state) || state === 'held') return null;
  const ending = state === 'stopping' || state === 'cancelling';
  const button = (word: ControlWord, label: string, title: string): JSX.Element => (
    <Button
      title={title}
      onClick={() => {
        onControl(word);
      }}
    >
      {label}
    </Button>
  );
  return (
    <span class="xyzpy-line xyzpy-push">
      {state === 'paused' && button('resume', 'Resume', 'Start cases again')}
      {!ending && state !== 'paused' && button('pause', 'Pause', 'Start no case until resumed')}
      {!ending && button('stop', 'Stop', 'Running cases finish, no other starts')}
      {state !== 'cancelling' && (
        <Button
          title="End the running cases too"
          expanded={asking}
          onClick={() => {
            onAsk(!asking);
          }}
        >
          Cancel …
        </Button>
      )}
    </span>
  );
}

/** How much of a run is there, for the line of a run that was found again. */
export function foundText({ total, done, failed }: Progress): string {
  const rest = total - done - failed;
  const parts = [`${grouped(done)} of ${grouped(total)} (${String(percent(done, total))} %) are stored`];
  if (failed) parts.push(`${grouped(failed)} failed`);
  parts.push(rest ? `${grouped(rest)} not run` : 'nothing is left to run');
  return `${parts.join(', ')}.`;
}
