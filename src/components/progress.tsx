import type { JSX } from 'preact';

import { clock, duration, grouped, interval, percent, rate } from '../core/format';
import {
  caseWord,
  ended,
  failedText,
  isActive,
  progressText,
  RUN_MARKS,
  runWord,
  tookText,
  waiting,
} from '../core/progress';
import { trans } from '../core/trans';
import type { CaseState, ControlWord, Progress } from '../protocol';
import { Button, onEscape } from './controls';
import { Mark } from './mark';

/** The mark and the word for where a run stands. */
export function StateWord({ progress }: { readonly progress: Progress }): JSX.Element {
  const mark = progress.state === 'done' && progress.failed ? 'failed' : RUN_MARKS[progress.state];
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
      aria-label={trans.__('Cases that have ended')}
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

interface StatProps {
  readonly word: string;
  readonly mark?: CaseState;
  /** Whether it takes a line of its own where there is little room. */
  readonly wide?: boolean;
  readonly children: string;
}

function Stat({ word, mark, wide, children }: StatProps): JSX.Element {
  return (
    <div class={wide ? 'xyzpy-stat-wide' : ''}>
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
      <Stat word={caseWord('done')} mark="done" wide>
        {trans.__('%1 of %2', grouped(done), grouped(total))}
      </Stat>
      {active && (
        <Stat word={caseWord('running')} mark="running">
          {grouped(running)}
        </Stat>
      )}
      <Stat word={active ? trans._p('case', 'waiting') : caseWord('missing')} mark="missing">
        {grouped(waiting(progress))}
      </Stat>
      <Stat word={caseWord('failed')} mark="failed">
        {grouped(failed)}
      </Stat>
      {cancelled > 0 && (
        <Stat word={caseWord('cancelled')} mark="cancelled">
          {grouped(cancelled)}
        </Stat>
      )}
      {elsewhere > 0 && <Stat word={trans._p('case', 'in another run')}>{grouped(elsewhere)}</Stat>}
      {active && progress.rate !== null && <Stat word={trans.__('throughput')}>{rate(progress.rate)}</Stat>}
      {active && <Stat word={trans._p('time', 'elapsed')}>{clock(elapsed)}</Stat>}
      {active ? (
        <Stat word={trans._p('time', 'left')}>{left ? interval(left) : trans._p('time', 'unknown')}</Stat>
      ) : (
        <Stat word={trans._p('time', 'took')} wide>
          {tookText(progress)}
        </Stat>
      )}
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
  const rest = running - current.length;
  return (
    <div class="xyzpy-current">
      <span class="xyzpy-faint">{trans._p('cases', 'Now')}</span>
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
              <code>{text}</code> {seconds >= 1 && <span class="xyzpy-faint">{duration(seconds)}</span>}
            </button>
          </li>
        ))}
        {rest > 0 && <li class="xyzpy-sub">{trans._n('and %2 more', 'and %2 more', rest, grouped(rest))}</li>}
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
  const drop = (): void => {
    onAsk(false);
  };
  const end = running
    ? trans._n('End %2 running case now?', 'End %2 running cases now?', running, grouped(running))
    : trans.__('End the run now?');
  const kept = trans._n('%2 finished is kept.', '%2 finished are kept.', done, grouped(done));
  return (
    <div class="xyzpy-question" role="group" aria-label={trans.__('Cancel the run')} onKeyDown={onEscape(drop)}>
      <span>{`${end} ${kept}`}</span>
      <span class="xyzpy-line xyzpy-push">
        <Button
          class="xyzpy-danger"
          onClick={() => {
            onAsk(false);
            onControl('cancel');
          }}
        >
          {trans.__('Cancel the run')}
        </Button>
        <Button onClick={drop}>{trans.__('Keep it running')}</Button>
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
      {state === 'paused' && button('resume', trans.__('Resume'), trans.__('Start cases again'))}
      {!ending && state !== 'paused' && button('pause', trans.__('Pause'), trans.__('Start no case until resumed'))}
      {!ending && button('stop', trans.__('Stop'), trans.__('Running cases finish, no other starts'))}
      {state !== 'cancelling' && (
        <Button
          title={trans.__('End the running cases too')}
          expanded={asking}
          onKeyDown={onEscape(() => {
            onAsk(false);
          })}
          onClick={() => {
            onAsk(!asking);
          }}
        >
          {trans.__('Cancel …')}
        </Button>
      )}
    </span>
  );
}

/** How much of a run is there, for the line of a run that was found again. */
export function foundText(progress: Progress): string {
  const { total, done, failed } = progress;
  const rest = total - done - failed;
  const share = trans.__('%1 %', percent(done, total));
  const parts = [trans.__('%1 of %2 (%3) are stored', grouped(done), grouped(total), share)];
  if (failed) parts.push(failedText(progress));
  if (rest) parts.push(trans._n('%2 not run', '%2 not run', rest, grouped(rest)));
  if (!rest && !failed) parts.push(trans.__('nothing is left to run'));
  return trans.__('%1.', parts.join(', '));
}

interface DecisionProps {
  readonly onContinue: () => void;
  readonly onStop: () => void;
}

/** What a reader decides about a run that is held. */
export function Decision({ onContinue, onStop }: DecisionProps): JSX.Element {
  return (
    <span class="xyzpy-line xyzpy-push">
      <Button onClick={onContinue}>{trans.__('Continue anyway')}</Button>
      <Button onClick={onStop}>{trans.__('Stop')}</Button>
    </span>
  );
}
