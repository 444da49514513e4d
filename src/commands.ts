import { Dialog, showDialog } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';

import manifest from '../package.json';
import { renderAbout } from './components/about';
import { aboutText } from './core/about';
import { trans } from './core/trans';

/** The ids under which JupyterLab knows the commands. */
export const CommandIDs = {
  about: 'xyzpy-widgets:about',
  copyPath: 'xyzpy-widgets:copy-path',
  newSweep: 'xyzpy-widgets:new-sweep',
  newStudy: 'xyzpy-widgets:new-study',
  openPanel: 'xyzpy-widgets:open-panel',
  explore: 'xyzpy-widgets:explore-sweep',
  plan: 'xyzpy-widgets:plan-sweep',
  restore: 'xyzpy-widgets:restore-tab',
  showCode: 'xyzpy-widgets:show-code',
  showSweeps: 'xyzpy-widgets:show-sweeps',
  stopAll: 'xyzpy-widgets:stop-all',
  exploreFile: 'xyzpy-widgets:explore-file',
} as const;

/** Show which version runs and what it is; resolves when the reader has closed the dialog. */
export async function showAbout(): Promise<void> {
  const about = aboutText(manifest);
  await showDialog({
    title: about.title,
    body: new Widget({ node: renderAbout(about) }),
    buttons: [Dialog.okButton({ label: trans.__('Close') })],
  });
}
