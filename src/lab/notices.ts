import { Notification } from '@jupyterlab/apputils';

import { isNotable, turnText, type SweepRow, type Turn } from '../core/board';
import { trans } from '../core/trans';
import type { Preferred } from './preferred';
import type { Sweeps } from './sweeps';

const KINDS: Readonly<Record<Turn, 'success' | 'warning' | 'error'>> = {
  finished: 'success',
  held: 'warning',
  ended: 'error',
};

/** Notify of runs that finish, are held, or end by an error, as far as the reader wants it. */
export function notify(sweeps: Sweeps, preferred: Preferred, open: (row: SweepRow) => void): void {
  sweeps.turned.connect((_, { row, turn }) => {
    if (!isNotable(row, turn, preferred.now)) return;
    const kind = turn === 'finished' && row.failed ? 'warning' : KINDS[turn];
    const action: Notification.IAction = {
      label: trans.__('Open'),
      caption: trans.__('Open the panel of this sweep'),
      callback: () => {
        open(row);
      },
    };
    Notification.emit(turnText(row, turn), kind, { autoClose: turn === 'finished' ? 8000 : false, actions: [action] });
  });
}
