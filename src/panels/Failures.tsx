import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import { Button } from '../components/controls';
import { Group } from '../components/failure';
import { Decision } from '../components/progress';
import { caseCount, grouped } from '../core/format';
import { trans } from '../core/trans';
import type { FailedCase, FailureGroup, FailuresTraits } from '../protocol';
import { ask, tell } from '../sync';
import { useInsert } from './hooks';
import type { PanelProps } from './mount';

type Props = PanelProps<FailuresTraits>;

/** Cases of a group that were brought on top of its first, and the group as it was then. */
interface Brought {
  readonly group: FailureGroup;
  readonly cases: readonly FailedCase[];
}

/** Whether a group only grew since, so that what was brought of it still stands. */
function isSame(before: FailureGroup, now: FailureGroup): boolean {
  return now.count >= before.count && now.cases[0]?.number === before.cases[0]?.number;
}

interface More {
  readonly casesOf: (group: FailureGroup) => readonly FailedCase[];
  readonly bring: (group: FailureGroup) => void;
  /** Why no more could be brought. */
  readonly refused: string;
}

/** The cases of each group as far as they are there, and how more are brought. */
function useMore({ model, signal }: Props): More {
  const [all, setAll] = useState<Readonly<Record<string, Brought>>>({});
  const [refused, setRefused] = useState('');
  const casesOf = (group: FailureGroup): readonly FailedCase[] => {
    const brought = all[group.id];
    return brought && isSame(brought.group, group) ? brought.cases : group.cases;
  };
  const bring = async (group: FailureGroup): Promise<void> => {
    const there = casesOf(group);
    try {
      const { cases } = await ask(model, { kind: 'failures', group: group.id, offset: there.length }, signal);
      setAll((before) => ({ ...before, [group.id]: { group, cases: [...there, ...cases] } }));
      setRefused('');
    } catch (error) {
      setRefused((error as Error).message);
    }
  };
  return { casesOf, bring: (group) => void bring(group), refused };
}

function Held({ props }: { readonly props: Props }): JSX.Element {
  return (
    <div class="xyzpy-question" role="group" aria-label={trans.__('The run is held')}>
      <span>{`${props.traits.held} ${trans.__('Nothing new is started.')}`}</span>
      <Decision
        onContinue={() => {
          tell(props.model, { kind: 'continue' });
        }}
        onStop={() => {
          tell(props.model, { kind: 'control', word: 'stop' });
        }}
      />
    </div>
  );
}

interface HeadProps {
  readonly groups: readonly FailureGroup[];
  readonly busy: boolean;
  readonly onRetry: () => void;
}

function Head({ groups, busy, onRetry }: HeadProps): JSX.Element {
  const total = groups.reduce((sum, { count }) => sum + count, 0);
  const many = groups.length;
  const said = trans._n('%2 in %3 group', '%2 in %3 groups', many, caseCount(total), grouped(many));
  return (
    <header class="xyzpy-head">
      <h3>{trans.__('Failures')}</h3>
      <span class="xyzpy-sub">{total ? said : ''}</span>
      {groups.length > 1 && (
        <Button
          class="xyzpy-push"
          disabled={busy}
          title={busy ? trans.__('A run is under way.') : ''}
          onClick={onRetry}
        >
          {trans.__('Retry all %1', grouped(total))}
        </Button>
      )}
    </header>
  );
}

/** The cases that failed, grouped by what they raised and where, and what can be done about them. */
export function Failures(props: Props): JSX.Element {
  const { model, root, traits } = props;
  const { groups, held, busy } = traits;
  const insert = useInsert(root);
  const { casesOf, bring, refused } = useMore(props);
  const retry = (group: string) => (): void => {
    tell(model, { kind: 'retry', group });
  };
  return (
    <>
      <Head groups={groups} busy={busy} onRetry={retry('')} />
      {held && <Held props={props} />}
      {groups.map((group) => (
        <Group
          key={group.id}
          group={group}
          cases={casesOf(group)}
          busy={busy}
          onInsert={insert}
          onRetry={retry(group.id)}
          onMore={() => {
            bring(group);
          }}
        />
      ))}
      {refused && <p class="xyzpy-part xyzpy-problem">{refused}</p>}
      {!groups.length && <p class="xyzpy-empty">{trans.__('No case has failed.')}</p>}
    </>
  );
}
