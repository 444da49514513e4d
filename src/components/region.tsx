import type { JSX } from 'preact';

import { ACTION_WORDS } from '../core/explorer';
import { counted, interval } from '../core/format';
import type { Picked, Proposal, RegionAction } from '../protocol';
import { Button } from './controls';

interface PickedProps {
  readonly picked: Picked;
  readonly busy: boolean;
  readonly onAct: (action: RegionAction) => void;
  readonly onDrop: () => void;
}

/** What a box picked out, and what can be done about it. */
export function PickedCard({ picked, busy, onAct, onDrop }: PickedProps): JSX.Element {
  const { parts, cases, done, failed, missing, actions } = picked;
  const states = [
    [done, 'done'],
    [failed, 'failed'],
    [missing, 'not run'],
  ] as const;
  const said = states.filter(([count]) => count > 0).map(([count, word]) => `${String(count)} ${word}`);
  return (
    <div class="xyzpy-part xyzpy-picked" role="group" aria-label="Picked out">
      <div class="xyzpy-line">
        <strong>{counted(cases, 'case')} picked out</strong>
        <span class="xyzpy-sub">{said.join(', ')}</span>
        <span class="xyzpy-push">
          <Button class="xyzpy-quiet" onClick={onDrop}>
            Clear
          </Button>
        </span>
      </div>
      <p class="xyzpy-sub">{parts.join(' · ')}</p>
      {actions.length > 0 && (
        <div class="xyzpy-line">
          {actions.map((action) => (
            <Button
              key={action}
              disabled={busy}
              onClick={() => {
                onAct(action);
              }}
            >
              {ACTION_WORDS[action]}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}

interface ProposalProps {
  readonly proposal: Proposal;
  readonly busy: boolean;
  readonly onRun: () => void;
  readonly onDrop: () => void;
  /** Shows where the panel around has it. */
  readonly onShow: () => void;
}

/** What would run in the region; nothing of it has. */
export function ProposalCard({ proposal, busy, onRun, onDrop, onShow }: ProposalProps): JSX.Element {
  const { action, parts, to_run, stored, seconds, own } = proposal;
  const kept = stored > 0 ? `, ${String(stored)} stored` : '';
  const time = seconds ? ` · ${interval(seconds)}` : '';
  return (
    <div class="xyzpy-part xyzpy-picked" role="group" aria-label="Proposal">
      <div class="xyzpy-line">
        <strong>{ACTION_WORDS[action]}</strong>
        <span class="xyzpy-sub">
          {counted(to_run, 'case')} to run{kept}
          {time}
        </span>
        <span class="xyzpy-push">
          <Button class="xyzpy-quiet" onClick={onDrop}>
            Drop
          </Button>
        </span>
        {own ? (
          <button
            type="button"
            class="xyzpy-primary"
            aria-disabled={busy || to_run === 0}
            onClick={() => {
              if (!busy && to_run > 0) onRun();
            }}
          >
            Run {counted(to_run, 'case')}
          </button>
        ) : (
          <Button class="xyzpy-strong" onClick={onShow}>
            Show the plan
          </Button>
        )}
      </div>
      <p class="xyzpy-sub">{parts.join(' · ')}</p>
      {!own && <p class="xyzpy-sub">The parameters above are set to this; it runs from there.</p>}
    </div>
  );
}
