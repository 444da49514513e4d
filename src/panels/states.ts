import { useEffect, useRef, useState } from 'preact/hooks';

import { applyDelta } from '../core/casemap';
import type { RunMonitorTraits } from '../protocol';
import { listen, observe, tell } from '../sync';
import { coalesced, type PanelProps } from './mount';

/** The states of all cases, changed in place; the version grows with each change. */
export interface States {
  readonly codes: Uint8Array;
  readonly version: number;
}

/** A copy of some bytes as whole numbers of 32 bits; their place in the message need not be aligned. */
function wholes({ buffer, byteOffset, byteLength }: DataView): Uint32Array {
  return new Uint32Array(buffer.slice(byteOffset, byteOffset + byteLength - (byteLength % 4)));
}

/** The states that a model holds: the whole as of one delta, and the deltas that follow it. */
export class StateKeeper {
  codes = new Uint8Array();
  private serial = 0;
  private asked = false;

  constructor(
    private readonly model: PanelProps<RunMonitorTraits>['model'],
    private readonly changed: () => void,
  ) {
    this.take();
  }

  /** Take up the whole anew. */
  readonly take = (): void => {
    const whole = this.model.get('states');
    this.codes = whole ? new Uint8Array(whole.buffer, whole.byteOffset, whole.byteLength).slice() : new Uint8Array();
    this.serial = this.model.get('states_serial');
    this.asked = false;
    this.changed();
  };

  /** Ask for the whole, unless that was done already. */
  readonly askAnew = (): void => {
    if (!this.asked) tell(this.model, { kind: 'states' });
    this.asked = true;
  };

  /** Take up a delta; one that does not follow the last is of no use without what lies between. */
  readonly follow = (serial: number, [numbers, states]: readonly DataView[]): void => {
    if (serial <= this.serial || !numbers || !states) return;
    if (serial !== this.serial + 1) {
      this.askAnew();
      return;
    }
    this.serial = serial;
    applyDelta(this.codes, wholes(numbers), new Uint8Array(states.buffer, states.byteOffset, states.byteLength));
    this.changed();
  };
}

/** The states of all cases as the kernel tells of them; asked for anew when the view opens, as deltas may have passed. */
export function useStates({ model, signal }: PanelProps<RunMonitorTraits>): States {
  const [version, setVersion] = useState(0);
  const keeper = useRef<StateKeeper | null>(null);
  keeper.current ??= new StateKeeper(
    model,
    coalesced(() => {
      setVersion((before) => before + 1);
    }, signal),
  );
  const { current } = keeper;
  useEffect(() => {
    observe(model, ['states', 'states_serial'], current.take, signal);
    listen(
      model,
      (sent, buffers) => {
        if (sent.kind === 'delta') current.follow(sent.serial, buffers);
      },
      signal,
    );
    if (current.codes.length) current.askAnew();
  }, [model, signal, current]);
  return { codes: current.codes, version };
}
