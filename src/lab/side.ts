import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { h, render } from 'preact';

import { SweepList } from '../components/sweeps';
import type { SweepRow } from '../core/board';
import { trans } from '../core/trans';
import { sweepsIcon } from './icon';
import type { Sweeps } from './sweeps';

/** The id of the side area in the page. */
export const SIDE_ID = 'xyzpy-widgets-sweeps';

/** The side area: the sweeps of all running kernels, a line each. */
export class SideArea extends Widget {
  constructor(
    private readonly sweeps: Sweeps,
    private readonly open: (row: SweepRow) => void,
  ) {
    super();
    this.id = SIDE_ID;
    this.addClass('xyzpy-Sweeps');
    this.title.icon = sweepsIcon;
    this.title.caption = trans.__('Sweeps');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Sweeps'));
    sweeps.changed.connect(() => {
      this.update();
    });
  }

  override dispose(): void {
    render(null, this.node);
    super.dispose();
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this.sweeps.look(this.id, true);
    this.update();
  }

  protected override onAfterHide(msg: Message): void {
    super.onAfterHide(msg);
    this.sweeps.look(this.id, false);
  }

  protected override onUpdateRequest(): void {
    if (!this.isVisible) return;
    const { sweeps, open } = this;
    const props = {
      rows: sweeps.rows(),
      open,
      steer: (row: SweepRow, word: Parameters<Sweeps['steer']>[1]) => {
        sweeps.steer(row, word);
      },
    };
    render(h(SweepList, props), this.node);
  }
}
