import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { h, render } from 'preact';

import { SweepList } from '../components/sweeps';
import type { SweepRow } from '../core/board';
import { sweepsIcon } from './icon';
import type { Sweeps } from './sweeps';

/** The side area: the sweeps of all running kernels, a line each. */
export class SideArea extends Widget {
  constructor(
    private readonly sweeps: Sweeps,
    private readonly trans: TranslationBundle,
    private readonly open: (row: SweepRow) => void,
    private readonly amiss: (error: unknown) => void,
  ) {
    super();
    this.id = 'xyzpy-widgets-sweeps';
    this.addClass('xyzpy-Sweeps');
    this.title.icon = sweepsIcon;
    this.title.caption = trans.__('Sweeps');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Sweeps'));
    sweeps.changed.connect(this.update, this);
  }

  override dispose(): void {
    render(null, this.node);
    super.dispose();
  }

  protected override onBeforeShow(msg: Message): void {
    super.onBeforeShow(msg);
    this.update();
  }

  protected override onUpdateRequest(): void {
    if (!this.isVisible) return;
    const { sweeps, open, trans } = this;
    const props = {
      rows: sweeps.rows(),
      say: (text: string) => trans.__(text),
      open,
      steer: (row: SweepRow, word: Parameters<Sweeps['steer']>[1]) => {
        sweeps.steer(row, word).catch(this.amiss);
      },
    };
    render(h(SweepList, props), this.node);
  }
}
