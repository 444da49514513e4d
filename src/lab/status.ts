import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import { h, render } from 'preact';

import { Mark } from '../components/mark';
import { statusOf, type Status } from '../core/board';
import { trans } from '../core/trans';
import type { Preferred } from './preferred';
import type { Sweeps } from './sweeps';

/** The item of the status bar: what is under way. */
export class StatusItem extends Widget {
  /** Emitted when there is something to say, or no longer. */
  readonly turned = new Signal<this, void>(this);
  private status: Status | null = null;

  constructor(
    private readonly sweeps: Sweeps,
    private readonly preferred: Preferred,
    private readonly open: (status: Status) => void,
  ) {
    super();
    this.addClass('xyzpy-StatusItem');
    this.addClass('jp-mod-highlighted');
    sweeps.changed.connect(() => {
      this.refresh();
    });
    preferred.changed.connect(() => {
      this.refresh();
    });
    this.refresh();
  }

  /** Whether there is something to say. */
  get active(): boolean {
    return this.status !== null;
  }

  override dispose(): void {
    render(null, this.node);
    Signal.clearData(this);
    super.dispose();
  }

  private refresh(): void {
    const before = this.active;
    const wanted = this.preferred.now.statusBar;
    this.sweeps.look('status', wanted);
    this.status = wanted ? statusOf(this.sweeps.rows()) : null;
    if (before !== this.active) this.turned.emit();
    const { status } = this;
    if (!status) return;
    const title = trans.__('Sweeps under way: click to open');
    const onClick = (): void => {
      this.open(status);
    };
    render(
      h('button', { type: 'button', title, 'aria-label': trans.__('%1: %2', title, status.text), onClick }, [
        h(Mark, { state: status.mark }),
        h('span', {}, status.text),
      ]),
      this.node,
    );
  }
}
