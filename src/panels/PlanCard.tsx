import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import { CodeDrawer } from '../components/code';
import { Button, onEscape } from '../components/controls';
import { Backend, Choices, Counts, Facts, Shares } from '../components/plan';
import { Table } from '../components/table';
import { caseCount, grouped } from '../core/format';
import { buttonText, countsOf, reasonAgainst, sameWishes, sizeQuestion } from '../core/plan';
import { trans } from '../core/trans';
import type { CasesReply, Choice, Counted, Plan, PlanCardTraits, Wishes } from '../protocol';
import { ask, set, tell } from '../sync';
import { useDisconnected, useInsert } from './hooks';
import type { PanelProps } from './mount';

type Props = PanelProps<PlanCardTraits>;

/** The cases behind a count, on their way or there. */
type Listing =
  | { readonly state: 'closed' }
  | { readonly state: 'asked'; readonly of: Counted }
  | { readonly state: 'shown'; readonly of: Counted; readonly reply: CasesReply }
  | { readonly state: 'refused'; readonly of: Counted; readonly said: string };

interface Lists {
  readonly listing: Listing;
  readonly toggle: (of: Counted) => void;
  readonly more: () => void;
}

const CLOSED: Listing = { state: 'closed' };

/** The list that is open: one at a time, and none of a plan that is shown no longer. */
function useLists({ model, signal, traits }: Props): Lists {
  const plan = traits.plan?.id;
  const [held, hold] = useState({ plan, listing: CLOSED });
  const listing = held.plan === plan ? held.listing : CLOSED;
  const put = (next: Listing): void => {
    hold({ plan, listing: next });
  };
  const fetch = async (of: Counted, before: CasesReply | null): Promise<void> => {
    if (!before) put({ state: 'asked', of });
    const settle = (next: Listing): void => {
      // what was closed, or opened anew, in the meantime is left alone
      hold((now) =>
        'of' in now.listing && now.listing.of === of && now.plan === plan ? { plan, listing: next } : now,
      );
    };
    try {
      const reply = await ask(model, { kind: 'cases', of, offset: before?.rows.length ?? 0 }, signal);
      settle({ state: 'shown', of, reply: before ? { ...reply, rows: [...before.rows, ...reply.rows] } : reply });
    } catch (error) {
      settle({ state: 'refused', of, said: (error as Error).message });
    }
  };
  return {
    listing,
    toggle: (of) => {
      if ('of' in listing && listing.of === of) put(CLOSED);
      else void fetch(of, null);
    },
    more: () => {
      if (listing.state === 'shown') void fetch(listing.of, listing.reply);
    },
  };
}

interface ListViewProps {
  readonly plan: Plan;
  readonly choices: readonly Choice[];
  readonly lists: Lists;
}

function ListView({ plan, choices, lists }: ListViewProps): JSX.Element | null {
  const { listing, more } = lists;
  if (listing.state === 'closed') return null;
  const word = countsOf(plan, choices).find(([of]) => of === listing.of)?.[1] ?? '';
  if (listing.state === 'asked') return <p class="xyzpy-sub">{trans.__('Waiting for the kernel …')}</p>;
  if (listing.state === 'refused') return <p class="xyzpy-problem">{listing.said}</p>;
  const { columns, rows, total } = listing.reply;
  return (
    <div class="xyzpy-list">
      <Table label={trans.__('Cases: %1', word)} columns={columns} rows={rows} />
      <div class="xyzpy-line xyzpy-sub">
        {trans.__('%1 of %2', caseCount(rows.length), grouped(total))}
        {rows.length < total && (
          <Button class="xyzpy-quiet" onClick={more}>
            {trans.__('Show more')}
          </Button>
        )}
      </div>
    </div>
  );
}

interface FootProps {
  readonly props: Props;
  readonly open: boolean;
  readonly toggle: () => void;
  /** Run, or ask first. */
  readonly run: () => void;
}

/** The reason, the button and the switch for the code. */
function Foot({ props, open, toggle, run }: FootProps): JSX.Element {
  const { plan, wishes, choices, busy, code } = props.traits;
  const reason = useDisconnected(props.root)
    ? trans.__('The kernel is gone: make the panel again to go on.')
    : props.traits.reason;
  const against = reasonAgainst(plan, wishes, reason, busy);
  return (
    <footer class="xyzpy-foot">
      {code.python && (
        <Button class="xyzpy-quiet" onClick={toggle} expanded={open}>
          {open ? trans.__('Hide the code') : trans.__('Show the code')}
        </Button>
      )}
      <span
        id={`xyzpy-${props.traits.panel}-reason`}
        class={reason && plan?.to_run !== 0 ? 'xyzpy-reason xyzpy-problem' : 'xyzpy-reason xyzpy-sub'}
      >
        {against}
      </span>
      <button
        type="button"
        class="xyzpy-primary"
        aria-disabled={against !== ''}
        aria-describedby={`xyzpy-${props.traits.panel}-reason`}
        aria-keyshortcuts="Control+Enter"
        title={trans.__('Ctrl+Enter')}
        onClick={() => {
          if (!against) run();
        }}
      >
        {plan && sameWishes(plan.wishes, wishes) && plan.to_run > 0 && !reason
          ? buttonText(plan, choices)
          : trans.__('Run')}
      </button>
    </footer>
  );
}

function Head({ title, store }: PlanCardTraits): JSX.Element {
  return (
    <header class="xyzpy-head">
      <h3>{trans.__('Plan')}</h3>
      {title && <code>{title}</code>}
      <span class="xyzpy-push xyzpy-sub">
        {store ? trans.__('into %1', store) : title && trans.__('kept in memory only')}
      </span>
    </header>
  );
}

/** The plan in figures; before there is one, when there will be. */
function Figures(props: Props): JSX.Element {
  const { plan, choices, trial, busy } = props.traits;
  const lists = useLists(props);
  if (!plan) {
    return (
      <p class="xyzpy-empty">{trans.__('No plan yet: the cases are counted as soon as every argument has a value.')}</p>
    );
  }
  const shown = lists.listing.state === 'closed' ? null : lists.listing.of;
  const tryOne = (): void => {
    tell(props.model, { kind: 'try_one' });
  };
  return (
    <div class="xyzpy-part xyzpy-plan">
      <Counts plan={plan} choices={choices} open={shown} onOpen={lists.toggle} />
      <Shares plan={plan} choices={choices} />
      <ListView plan={plan} choices={choices} lists={lists} />
      <Facts plan={plan} trial={trial} busy={busy} onTry={tryOne} />
    </div>
  );
}

interface Running {
  /** Whether the question is open, and what it says. */
  readonly asked: boolean;
  readonly question: string;
  /** Run, or ask first. */
  readonly begin: () => void;
  readonly run: () => void;
  readonly drop: () => void;
}

/** Runs a plan; one that is larger than the reader wants to begin by one click, when that is confirmed. */
function useRun({ model, traits }: Props): Running {
  const { plan, ask: limits } = traits;
  const [asked, setAsked] = useState('');
  const question = plan ? sizeQuestion(plan, traits.choices, limits) : '';
  const run = (): void => {
    setAsked('');
    if (plan) tell(model, { kind: 'run', plan: plan.id });
  };
  return {
    asked: asked !== '' && plan?.id === asked,
    question,
    begin: () => {
      if (plan && question) setAsked(plan.id);
      else run();
    },
    run,
    drop: () => {
      setAsked('');
    },
  };
}

function SizeQuestion({ question, run, drop }: Running): JSX.Element {
  return (
    <div class="xyzpy-question" role="group" aria-label={trans.__('Run so many cases')} onKeyDown={onEscape(drop)}>
      <span>{question}</span>
      <span class="xyzpy-line xyzpy-push">
        <Button onClick={run}>{trans.__('Run them')}</Button>
        <Button class="xyzpy-quiet" onClick={drop}>
          {trans.__('Not now')}
        </Button>
      </span>
    </div>
  );
}

/** What would run, how long it would take, and the button that runs it. */
export function PlanCard(props: Props): JSX.Element {
  const { model, root, traits } = props;
  const { plan, wishes, choices, backends, code, panel } = traits;
  const [open, setOpen] = useState(false);
  const insert = useInsert(root);
  const change = (changes: Partial<Wishes>): void => {
    set(model, { wishes: { ...model.get('wishes'), ...changes } });
  };
  const toggle = (): void => {
    setOpen(!open);
  };
  const running = useRun(props);
  const wish = { plan, wishes, choices, backends, name: `xyzpy-${panel}-choice`, onChange: change };
  return (
    <>
      <Head {...traits} />
      <Figures {...props} />
      <div class="xyzpy-part xyzpy-wishes">
        <Choices {...wish} />
        <Backend {...wish} />
      </div>
      {running.asked && <SizeQuestion {...running} />}
      <Foot props={props} open={open} toggle={toggle} run={running.begin} />
      {open && code.python && (
        <div class="xyzpy-part">
          <CodeDrawer code={code} onInsert={insert} />
        </div>
      )}
    </>
  );
}
